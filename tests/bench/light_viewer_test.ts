import assert from "node:assert/strict";
import { LightViewer } from "../../bench/measure/light_viewer.ts";
import { Display } from "../../lib/display/display.ts";
import { Encoding } from "../../lib/rfb/encodings.ts";
import { serveVnc } from "../../lib/run/serve_vnc.ts";

Deno.test("who waits for a viewer's update is told when the viewer is closed", async () => {
  const display = new Display({ width: 64, height: 48 });
  const service = await serveVnc(display);
  try {
    const viewer = await LightViewer.connect(service.port!, [Encoding.Raw]);
    await viewer.update(false);
    const never = viewer.nextUpdate();
    viewer.close();
    await assert.rejects(never, /the viewer was closed/);
    await assert.rejects(viewer.nextUpdate(), /the viewer was closed/);
    assert.equal(viewer.failure, undefined);
  } finally {
    await service.stop();
    display.close();
  }
});
