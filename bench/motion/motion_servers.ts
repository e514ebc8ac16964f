/** The servers under measurement, each with an input for a motion. */

import { freeDisplay, freePort, peerBinary, PeerProcess, runPeer } from "../../tests/helpers/peers.ts";
import { ProcessCpu } from "../measure/process_cpu.ts";
import type { Motion } from "./session_frames.ts";

/** A running server that shows what is written to its input. */
export interface MotionServer extends AsyncDisposable {
  readonly port: number;
  /** Where frames go, as bench/motion/feed.ts writes them. */
  readonly input: WritableStreamDefaultWriter<Uint8Array>;
  /** CPU milliseconds of the server's process so far. */
  cpuMs(): number;
}

/** How to start each server, by name; the folder is for what has to be built. */
export const MOTION_SERVERS: Readonly<Record<string, (motion: Motion, folder: string) => Promise<MotionServer>>> = {
  vncd: startVncd,
  Xvnc: startXvnc,
  libvncserver: startLibvncserver,
};

/** A program that is fed, and has said that it is ready. */
async function startFed(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = new Deno.Command(command, { args: [...args], env, stdin: "piped", stdout: "piped", stderr: "null" })
    .spawn();
  const output = child.stdout.getReader();
  if ((await output.read()).done) throw new Error(`${command} ended at once`);
  return { child, input: child.stdin.getWriter(), output };
}

type Fed = Awaited<ReturnType<typeof startFed>>;

async function endFed({ child, input, output }: Fed): Promise<void> {
  await input.close().catch(() => {});
  child.kill("SIGKILL");
  await output.cancel();
  await child.status;
}

function motionServer(port: number, fed: Fed, pid: number, others: readonly AsyncDisposable[] = []): MotionServer {
  const cpu = new ProcessCpu(pid);
  return {
    port,
    input: fed.input,
    cpuMs: () => cpu.readMs(),
    async [Symbol.asyncDispose](): Promise<void> {
      await endFed(fed);
      for (const other of others) await other[Symbol.asyncDispose]();
    },
  };
}

async function startVncd({ width, height }: Motion): Promise<MotionServer> {
  const port = freePort();
  const args = ["run", "-A", "bench/peers/vncd_motion_peer.ts", `${port}`, `${width}`, `${height}`];
  const fed = await startFed(Deno.execPath(), args);
  return motionServer(port, fed, fed.child.pid);
}

async function startLibvncserver({ width, height }: Motion, folder: string): Promise<MotionServer> {
  const binary = `${folder}/libvncserver_motion_peer`;
  await runPeer("gcc", ["-O2", "-o", binary, "bench/peers/libvncserver_motion_peer.c", "-lvncserver"]);
  const port = freePort();
  const fed = await startFed(binary, [`${port}`, `${width}`, `${height}`]);
  return motionServer(port, fed, fed.child.pid);
}

async function startXvnc({ width, height }: Motion, folder: string): Promise<MotionServer> {
  const binary = `${folder}/x11_motion_painter`;
  await runPeer("gcc", ["-O2", "-o", binary, "bench/peers/x11_motion_painter.c", "-lX11"]);
  const display = freeDisplay();
  const args = [`:${display}`, "-SecurityTypes", "None", "-localhost", "-geometry", `${width}x${height}`];
  const server = new PeerProcess(peerBinary("Xtigervnc", "Xvnc"), [...args, "-depth", "24", "-AlwaysShared", "-br"]);
  await server.waitForOutput(/Listening for VNC connections/);
  const fed = await startFed(binary, [`${width}`, `${height}`], { DISPLAY: `:${display}` });
  return motionServer(5900 + display, fed, server.child.pid, [server]);
}
