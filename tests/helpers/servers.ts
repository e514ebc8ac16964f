/** Real VNC servers as test peers, each showing something to record. */

import { freeDisplay, peerBinary, PeerProcess, runPeer, waitUntil } from "./peers.ts";

/** Binaries of TigerVNC's X server by distribution. */
export const XVNC = peerBinary("Xtigervnc", "Xvnc");
/** Where Debian's grub-rescue-pc puts its CD. */
export const GRUB_CD = "/usr/lib/grub-rescue/grub-rescue-cdrom.iso";

/** A server on loopback. */
export interface PeerServer extends AsyncDisposable {
  readonly port: number;
}

/** QEMU with the GRUB rescue CD; `pause` stops its virtual CPU, and with it the blinking of its cursor. */
export interface GrubMachine extends PeerServer {
  pause(): Promise<void>;
}

/** Boots QEMU from the GRUB rescue CD. */
export async function startGrub(): Promise<GrubMachine> {
  const display = freeDisplay();
  const folder = await Deno.makeTempDir();
  const control = `${folder}/qmp`;
  const hardware = ["-m", "64", "-vga", "std", "-nodefaults", "-cdrom", GRUB_CD];
  const vnc = [
    "-display",
    "none",
    "-vnc",
    `127.0.0.1:${display},share=ignore`,
    "-qmp",
    `unix:${control},server,nowait`,
  ];
  const process = new PeerProcess("qemu-system-x86_64", [...hardware, ...vnc]);
  const port = 5900 + display;
  await waitForPort(port, process);
  return {
    port,
    pause: () => stopVirtualCpu(control),
    async [Symbol.asyncDispose](): Promise<void> {
      await process[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** QMP: a greeting, capabilities, then commands, a JSON line each. */
async function stopVirtualCpu(path: string): Promise<void> {
  using connection = await Deno.connect({ transport: "unix", path });
  const commands = ['{"execute":"qmp_capabilities"}\n', '{"execute":"stop"}\n'];
  for (const command of commands) await connection.write(new TextEncoder().encode(command));
  const buffer = new Uint8Array(4_096);
  let text = "";
  while ((text.match(/"return"/g) ?? []).length < commands.length) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`QEMU's monitor closed: ${text}`);
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
}

/**
 * Xvnc with an xterm that prints `lines` numbered lines, slowly enough to be seen scrolling, then stands still. It has
 * no pointer: Xvnc paints one into the picture of a viewer that draws none itself, as a recorder, and not of others.
 */
export async function startScrollingXterm(lines: number): Promise<PeerServer> {
  const display = freeDisplay();
  const args = [`:${display}`, "-SecurityTypes", "None", "-localhost", "-geometry", "640x480", "-depth", "24"];
  const server = new PeerProcess(XVNC, [...args, "-AlwaysShared", "-nocursor"]);
  await server.waitForOutput(/Listening for VNC connections/);
  const script = `for i in $(seq ${lines}); do echo "line $i of a terminal that scrolls"; sleep 0.02; done; sleep 3600`;
  const look = ["-geometry", "100x35+0+0", "-bg", "#102030", "-fg", "#d0e0f0", "-xrm", "*cursorBlink: false", "+sb"];
  const xterm = new PeerProcess("xterm", [...look, "-e", "sh", "-c", script], { DISPLAY: `:${display}` });
  await waitForWindow(display, xterm);
  return {
    port: 5900 + display,
    async [Symbol.asyncDispose](): Promise<void> {
      await xterm[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Waits until the program's window is there; fails with what the program says when it has none. */
async function waitForWindow(display: number, program: PeerProcess): Promise<void> {
  await waitUntil(async () => {
    const windows = await runPeer("xwininfo", ["-root", "-tree"], { DISPLAY: `:${display}` }).catch(() => "");
    return windows.toLowerCase().includes(program.name);
  }, `a window of ${program.name}`).catch((error) => {
    throw new Error(`${error.message}: ${program.output}`);
  });
}

async function waitForPort(port: number, process: PeerProcess): Promise<void> {
  await waitUntil(async () => {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    } catch {
      return false;
    }
  }, `${process.name} on port ${port}`);
}
