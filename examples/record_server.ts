// Records another VNC server for some seconds.  deno run -A examples/record_server.ts host:display session.rfb [seconds]
import { recordSession } from "@vncd/vncd";

const [server, file, seconds = "10"] = Deno.args;
if (server === undefined || file === undefined) {
  console.error("usage: record_server.ts host:display session.rfb [seconds]");
  Deno.exit(2);
}

const recording = await recordSession({ server, file });
console.log(`recording ${recording.width}x${recording.height} pixels for ${seconds} s`);
const timer = setTimeout(() => recording.stop(), Number(seconds) * 1_000);

const { messages, byteLength, durationMs, error } = await recording.finished;
clearTimeout(timer);
console.log(`${file}: ${messages} messages, ${byteLength} bytes, ${(durationMs / 1_000).toFixed(1)} s`);
if (error !== undefined) console.error(`ended early: ${error.message}`);
