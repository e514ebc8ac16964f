/** The servers under measurement: each started with the same picture, on loopback, in a process of its own. */

import { connectVnc } from "../lib/client/open_vnc.ts";
import { Encoding } from "../lib/rfb/encodings.ts";
import { freeDisplay, freePort, peerBinary, PeerProcess, runPeer } from "../tests/helpers/peers.ts";
import { ProcessCpu } from "./measure/process_cpu.ts";
import type { BenchPicture } from "./pictures/picture.ts";
import { pictureAsPng } from "./pictures/pictures.ts";

/** A running server. */
export interface BenchServer extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** CPU milliseconds the server's process has used so far, user and system, all threads. */
  cpuMs(): number;
}

/** How to start each server, by name. */
export const SERVERS: Readonly<Record<string, (picture: BenchPicture, folder: string) => Promise<BenchServer>>> = {
  vncd: startVncd,
  Xvnc: startXvnc,
  libvncserver: startLibvncserver,
};

function benchServer(name: string, port: number, process: PeerProcess, others: AsyncDisposable[] = []): BenchServer {
  const cpu = new ProcessCpu(process.child.pid);
  return {
    name,
    port,
    pid: process.child.pid,
    cpuMs: () => cpu.readMs(),
    async [Symbol.asyncDispose](): Promise<void> {
      for (const other of others) await other[Symbol.asyncDispose]();
      await process[Symbol.asyncDispose]();
    },
  };
}

async function startVncd(picture: BenchPicture, folder: string): Promise<BenchServer> {
  const path = `${folder}/picture.png`;
  Deno.writeFileSync(path, pictureAsPng(picture));
  const port = freePort();
  // a loss only for clients that set a quality level, and for them as the peers do it: at once
  const lossy = ["--lossy", "on", "--no-adaptive"];
  const args = ["run", "-A", "cli.ts", "serve", path, "--listen", `127.0.0.1::${port}`, "--no-web", ...lossy];
  const process = new PeerProcess(Deno.execPath(), args);
  await process.waitForOutput(/vnc:\/\//);
  return benchServer("vncd", port, process);
}

async function startXvnc(picture: BenchPicture, folder: string): Promise<BenchServer> {
  const path = `${folder}/picture.png`;
  Deno.writeFileSync(path, pictureAsPng(picture));
  const display = freeDisplay();
  const geometry = `${picture.width}x${picture.height}`;
  const args = [`:${display}`, "-SecurityTypes", "None", "-localhost", "-geometry", geometry, "-depth", "24"];
  const process = new PeerProcess(peerBinary("Xtigervnc", "Xvnc"), [...args, "-AlwaysShared", "-br"]);
  await process.waitForOutput(/Listening for VNC connections/);
  await using painter = new PeerProcess("display", ["-window", "root", path], { DISPLAY: `:${display}` });
  // It exits with 1 whether or not it has painted the root window, so look at what is there.
  await painter.exit();
  const server = benchServer("Xvnc", 5900 + display, process);
  if (await showsPicture(server.port, picture)) return server;
  await server[Symbol.asyncDispose]();
  throw new Error(`the picture is not on its root window: ${painter.output}`);
}

async function showsPicture(port: number, { width, rgbx }: BenchPicture): Promise<boolean> {
  const client = await connectVnc(`127.0.0.1::${port}`, { encodings: [Encoding.Raw], localCursor: true });
  client.requestUpdate(false);
  await client.nextUpdate();
  client.close();
  const { pixels, strideBytes } = client.framebuffer;
  return client.width === width && rgbx.every((value, at) => {
    const [pixel, channel] = [at >> 2, at & 3];
    const to = Math.floor(pixel / width) * strideBytes + (pixel % width) * 4;
    return channel === 3 || pixels[to + 2 - channel] === value;
  });
}

async function startLibvncserver(picture: BenchPicture, folder: string): Promise<BenchServer> {
  const binary = `${folder}/libvncserver_peer`;
  await runPeer("gcc", ["-O2", "-o", binary, "bench/peers/libvncserver_peer.c", "-lvncserver"]);
  const path = `${folder}/picture.rgbx`;
  Deno.writeFileSync(path, picture.rgbx);
  const port = freePort();
  const args = [`${port}`, `${picture.width}`, `${picture.height}`, path];
  const process = new PeerProcess(binary, args);
  await process.waitForOutput(/READY/);
  return benchServer("libvncserver", port, process);
}
