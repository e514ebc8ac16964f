/** Records for ever, to be killed: message n paints the whole picture in colour n. Prints a line when it has begun. */

import { SessionWriter } from "../../lib/session/writer.ts";
import { rawUpdate } from "./sessions.ts";

const [path = ""] = Deno.args;
const writer = await SessionWriter.create(path, { width: 40, height: 30, name: "kill" });
for (let i = 1;; i++) {
  await writer.append(rawUpdate(40, 30, i), i);
  if (i === 1) Deno.stdout.writeSync(new TextEncoder().encode("begun\n"));
}
