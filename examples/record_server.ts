// Records another VNC server for some seconds.  deno run -A examples/record_server.ts host:display session.rfb [seconds]
import { recordSession } from "@vncd/vncd";

const [server, file, seconds = "10"] = Deno.args;
if (server === undefined || file === undefined) {
  throw new Error("usage: record_server.ts host:display session.rfb [seconds]");
}

const recording = await recordSession({ server, file });
setTimeout(() => recording.stop(), Number(seconds) * 1_000);
const { messages, bytes, durationMs } = await recording.finished;
console.log(`${file}: ${messages} messages, ${bytes} bytes, ${(durationMs / 1_000).toFixed(1)} s`);
