/** Chromium without a window, as the viewer of the page. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { needsPeer } from "./peers.ts";
import type { Picture } from "./pictures.ts";

const EXECUTABLE = "/usr/bin/chromium";
const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A test run that is told to stop must stop. */
const KEEP_SIGNALS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };

/** What a page did besides being looked at. */
export interface PageRecord {
  /** The URL of every request, WebSockets included. */
  readonly requests: string[];
  /** What it logged as an error, and what it threw. */
  readonly errors: string[];
}

let running: Promise<Browser> | undefined;

/** A page of its own context; the browser is shared by the tests of a file. */
export async function openPage(options: BrowserContextOptions = {}): Promise<{ page: Page; record: PageRecord }> {
  running ??= chromium.launch({ executablePath: EXECUTABLE, args: ARGS, ...KEEP_SIGNALS });
  const context = await (await running).newContext(options);
  const page = await context.newPage();
  const record: PageRecord = { requests: [], errors: [] };
  page.on("request", (request) => record.requests.push(request.url()));
  page.on("websocket", (socket) => record.requests.push(socket.url()));
  page.on("console", (message) => message.type() === "error" && record.errors.push(message.text()));
  page.on("pageerror", (error) => record.errors.push(error.message));
  return { page, record };
}

/** A test that needs Chromium. What the browser itself keeps open is not the test's leak. */
export function browserTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, ...needsPeer("chromium"), sanitizeOps: false, sanitizeResources: false });
}

Deno.test.afterAll(async () => {
  await (await running)?.close();
});

/** The pixels of the page's screen as R,G,B,A bytes, and their size. */
export async function readScreen(page: Page): Promise<{ width: number; height: number; pixels: Uint8Array }> {
  const { width, height, base64 } = await page.evaluate(async () => {
    const canvas = document.querySelector("#screen canvas") as HTMLCanvasElement;
    const { width, height } = canvas;
    const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, width, height);
    const reader = new FileReader();
    const read = new Promise((resolve) => reader.onload = resolve);
    reader.readAsDataURL(new Blob([data as Uint8ClampedArray<ArrayBuffer>]));
    await read;
    return { width, height, base64: (reader.result as string).replace(/^.*,/, "") };
  });
  return { width, height, pixels: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) };
}

/** What the page's screen shows. */
export async function pictureOfPage(page: Page): Promise<Picture> {
  const { width, height, pixels } = await readScreen(page);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set(pixels.subarray(i * 4, i * 4 + 3), i * 3);
  return { width, height, rgb };
}
