/** Sessions to measure with: what people do on a screen, on Xvnc, recorded by `vncd record`. */

import { freeDisplay, peerBinary, PeerProcess } from "../../tests/helpers/peers.ts";

const GEOMETRY = "1280x720";
const SECONDS = 8;
/** Programs have that long to open their windows. */
const SETTLE_MS = 1_500;

interface Desk {
  readonly display: string;
  /** Starts a program on the display, until the session ends. */
  start(command: string, ...args: readonly string[]): void;
}

/** What is done in each session, by name. Each is over when its time is. */
const ACTIONS: Readonly<Record<string, (desk: Desk) => void>> = {
  terminal: (desk) => {
    const lines = 'find /usr/share/doc /usr/lib | while read -r line; do echo "$line"; n=$((n+1)); ' +
      "[ $((n % 5)) = 0 ] && sleep 0.04; done";
    desk.start("xterm", "-geometry", "200x52+0+0", "-bg", "black", "-fg", "gray90", "-e", "bash", "-c", lines);
  },
  video: (desk) => {
    const source = "mandelbrot=size=640x480:rate=25:start_scale=0.8:end_scale=0.05:end_pts=250";
    desk.start("ffplay", "-loglevel", "error", "-an", "-left", "200", "-top", "100", "-f", "lavfi", source);
  },
  windows: (desk) => {
    for (const [at, text] of ["ls -la /usr/bin", "cat /etc/services", "dmesg; env; ps aux"].entries()) {
      const place = `80x24+${60 + at * 300}+${40 + at * 120}`;
      desk.start("xterm", "-geometry", place, "-T", `w${at}`, "-bg", "white", "-e", "bash", "-c", `${text}; sleep 60`);
    }
    const move = 'sleep 1; for i in $(seq 0 400); do id=$(xdotool search --name "^w$((i / 40 % 3))$"); ' +
      "xdotool windowraise $id windowmove $id $((40 + (i * 13) % 700)) $((20 + (i * 7) % 330)); sleep 0.03; done";
    desk.start("bash", "-c", move);
  },
};

/** The names of the sessions. */
export const SESSIONS: readonly string[] = Object.keys(ACTIONS);

/** Records one session to a file. */
export async function produceSession(name: string, path: string): Promise<void> {
  const display = freeDisplay();
  const args = [`:${display}`, "-SecurityTypes", "None", "-localhost", "-geometry", GEOMETRY, "-depth", "24"];
  await using processes = new AsyncDisposableStack();
  const server = processes.use(new PeerProcess(peerBinary("Xtigervnc", "Xvnc"), [...args, "-AlwaysShared"]));
  await server.waitForOutput(/Listening for VNC connections/);
  const env = { DISPLAY: `:${display}` };
  const act = ACTIONS[name];
  if (act === undefined) throw new Error(`Cannot produce "${name}": the sessions are ${SESSIONS}`);
  act({ display: env.DISPLAY, start: (command, ...rest) => void processes.use(new PeerProcess(command, rest, env)) });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const record = ["run", "-A", "cli.ts", "record", path, `127.0.0.1::${5900 + display}`, "--overwrite"];
  await using recorder = new PeerProcess(Deno.execPath(), record);
  await recorder.waitForOutput(/recording/i);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  recorder.child.kill("SIGINT");
  await recorder.exit();
}
