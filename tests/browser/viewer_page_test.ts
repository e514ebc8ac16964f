import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { ClientMessage } from "../../lib/rfb/client_messages.ts";
import { browserTest, openPage, readScreen } from "../helpers/browser.ts";
import { waitUntil } from "../helpers/peers.ts";
import { makePicture, PageServer, type Picture } from "./page_server.ts";

async function connected(page: Page): Promise<void> {
  await page.waitForSelector("body[data-state=connected]");
}

/** Waits until the screen shows the picture, pixel for pixel. */
async function shows(page: Page, picture: Picture): Promise<void> {
  await waitUntil(async () => {
    const screen = await readScreen(page);
    if (screen.width !== picture.width || screen.height !== picture.height) return false;
    return screen.pixels.every((value, i) => value === picture.pixels[i]);
  }, "the picture on the page");
}

function isKey(keysym: number, down: boolean): (message: ClientMessage) => boolean {
  return (message) => message.type === "KeyEvent" && message.keysym === keysym && message.down === down;
}

/** A test of one page, which may log no error but `expectedErrors`. */
function pageTest(
  name: string,
  fn: (page: Page, server: PageServer) => Promise<void>,
  expectedErrors: readonly RegExp[] = [],
): void {
  browserTest(name, async () => {
    const server = await PageServer.start(makePicture(320, 200, 5));
    const { page, record } = await openPage();
    try {
      await fn(page, server);
      assert.deepEqual(record.errors.filter((error) => !expectedErrors.some((expected) => expected.test(error))), []);
    } finally {
      await page.context().close();
      server.close();
    }
  });
}

pageTest("the page connects by itself and shows the picture pixel for pixel", async (page, server) => {
  await page.goto(server.url);
  await connected(page);
  await shows(page, server.picture);
  assert.equal(await page.textContent("#state"), "Connected");
  assert.deepEqual(server.log, []);
});

browserTest("the page sends no request to another host", async () => {
  const server = await PageServer.start(makePicture(64, 64, 3));
  const { page, record } = await openPage();
  await page.goto(server.url);
  await connected(page);
  await shows(page, server.picture);
  const host = new URL(server.url).host;
  assert.ok(record.requests.includes(`ws://${host}/websockify`), record.requests.join(" "));
  for (const url of record.requests) assert.equal(new URL(url).host, host, url);
  await page.context().close();
  server.close();
});

browserTest("the page may not send a request to another host", async () => {
  const server = await PageServer.start(makePicture(64, 64, 3));
  const other = await PageServer.start(makePicture(64, 64, 4));
  const { page } = await openPage();
  await page.goto(server.url);
  await connected(page);
  const outcome = await page.evaluate((url) => fetch(url).then(() => "sent", () => "kept"), other.url);
  assert.equal(outcome, "kept");
  await page.context().close();
  server.close();
  other.close();
});

pageTest("the desktop's name is shown as text", async (page, server) => {
  server.name = "<b>machine</b> & co";
  await page.goto(server.url);
  await connected(page);
  assert.equal(await page.textContent("#name"), server.name);
  assert.equal(await page.title(), `${server.name} - vncd`);
  assert.equal(await page.locator("#name b").count(), 0);
});

pageTest("the page asks for the password, says that it was wrong, and lets the right one in", async (page, server) => {
  server.password = "geheim";
  await page.goto(server.url);
  await page.fill("#password", "falsch");
  await page.press("#password", "Enter");
  await page.waitForSelector("body[data-state=disconnected]");
  assert.equal(await page.textContent("#card-text"), "the password is wrong <b>!</b>");
  await page.click("#card-button");
  await page.fill("#password", "geheim");
  await page.click("#card-button");
  await connected(page);
  await shows(page, server.picture);
  assert.equal(await page.inputValue("#password"), "");
  assert.equal(await page.isVisible("#notice"), false);
}, [/reason: the password is wrong/]);

pageTest("the page follows the guest when it changes its size", async (page, server) => {
  await page.goto(server.url);
  await connected(page);
  await shows(page, server.picture);
  for (const [width, height] of [[640, 480], [100, 75], [1024, 768]] as const) {
    await server.resize(makePicture(width, height, width));
    await shows(page, server.picture);
  }
});

pageTest("the page says that the server has gone, and reconnects", async (page, server) => {
  await page.goto(server.url);
  await connected(page);
  server.hangUp();
  await page.waitForSelector("body[data-state=disconnected]");
  assert.equal(await page.textContent("#card-title"), "Disconnected");
  server.picture = makePicture(200, 100, 9);
  await page.click("#card-button");
  await connected(page);
  await shows(page, server.picture);
});

pageTest("the screen fits the window, or has its full size", async (page, server) => {
  server.picture = makePicture(2_000, 1_000, 7);
  await page.goto(server.url);
  await connected(page);
  await shows(page, server.picture);
  const canvas = page.locator("#screen canvas");
  const fitted = await canvas.boundingBox();
  assert.ok((fitted?.width ?? 0) <= (page.viewportSize()?.width ?? 0), `${fitted?.width}`);
  await page.click("#scale");
  assert.equal((await canvas.boundingBox())?.width, 2_000);
  assert.equal(await page.textContent("#scale"), "Full size");
  await page.click("#scale");
  assert.equal((await canvas.boundingBox())?.width, fitted?.width);
});

pageTest("keys and Ctrl+Alt+Del reach the machine", async (page, server) => {
  await page.goto(server.url);
  await connected(page);
  await page.keyboard.press("a");
  await server.received("a", isKey(0x61, false));
  await page.click("#ctrl-alt-del");
  await server.received("Delete", isKey(0xffff, true));
  await page.keyboard.press("b");
  await server.received("b", isKey(0x62, true));
});

pageTest("the pointer reaches the machine where it is in the picture", async (page, server) => {
  await page.goto(server.url);
  await connected(page);
  await shows(page, server.picture);
  await page.click("#scale");
  await page.locator("#screen canvas").click({ position: { x: 40, y: 30 } });
  await server.received(
    "a click",
    (message) => message.type === "PointerEvent" && message.buttonMask === 1 && message.x === 40 && message.y === 30,
  );
});

pageTest("the page shows that the machine rings its bell", async (page, server) => {
  await page.goto(server.url);
  await connected(page);
  const rung = page.waitForSelector("#screen.bell");
  await server.send([2]);
  await rung;
});

browserTest("a page of another origin does not get a WebSocket", async () => {
  const server = await PageServer.start(makePicture(64, 64, 3));
  const html = { headers: { "content-type": "text/html" } };
  const other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("<h1>evil</h1>", html),
  );
  const { page } = await openPage();
  await page.goto(`http://127.0.0.1:${other.addr.port}/`);
  const outcome = await page.evaluate((url) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve("open");
      socket.onerror = () => resolve("refused");
    }), `${server.url.replace(/^http/, "ws")}websockify`);
  assert.equal(outcome, "refused");
  assert.equal(server.log.length, 1);
  assert.match(server.log[0] ?? "", new RegExp(`its page is from "http://127\\.0\\.0\\.1:${other.addr.port}"$`));
  await page.context().close();
  await other.shutdown();
  server.close();
});

browserTest("a phone gets a keyboard, and what is typed there reaches the machine", async () => {
  const server = await PageServer.start(makePicture(320, 200, 5));
  const { page, record } = await openPage({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await page.goto(server.url);
  await connected(page);
  await shows(page, server.picture);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.tap("#keyboard");
  await page.keyboard.insertText("aé");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Enter");
  await server.received("Enter", isKey(0xff0d, false));
  const pressed = server.messages.flatMap((message) =>
    message.type === "KeyEvent" && message.down ? [message.keysym] : []
  );
  assert.deepEqual(pressed, [0x61, 0xe9, 0xff08, 0xff0d]);
  assert.deepEqual(record.errors, []);
  await page.context().close();
  server.close();
});
