// A machine of one's own: a text screen that counts key presses.  vncd serve examples/my_scene.ts
import { defineScene } from "@vncd/vncd";

export default defineScene({
  name: "key counter",
  async start({ firmware }) {
    firmware.setTextMode();
    firmware.text.write("Press keys, I count them.\n\n");
    let count = 0;
    for await (const key of firmware.keyboard) firmware.text.writeLine(`${++count}: ${key.name}`);
  },
});
