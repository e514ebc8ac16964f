// @ts-check
/** The viewer page: connects by itself, shows how it stands, and lets the user in again. */

import RFB from "./novnc.js";
import { attachKeyboard } from "./keyboard.js";

/** Types that noVNC asks for and the rows of the card they belong to. */
const CREDENTIAL_ROWS = { username: "user-row", password: "password-row" };
const BELL_MS = 150;

const body = document.body;
const screen = element("screen");

/** @type {RFB | undefined} */
let rfb;
/** What the card's button does. */
let onCardButton = () => {};
/** Why the server refused us, told before it hangs up. */
let refusal = "";
let isFitted = true;

/** @param {string} id @returns {any} */
function element(id) {
  return document.getElementById(id);
}

/** Next to the page, so that a path in front of it is kept. */
function webSocketUrl() {
  const url = new URL("websockify", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = url.hash = "";
  return url.href;
}

function connect() {
  hideCard();
  refusal = "";
  showState("connecting", "Connecting");
  rfb = new RFB(screen, webSocketUrl(), { shared: true, wsProtocols: ["binary"] });
  rfb.background = "transparent";
  applyScale();
  rfb.addEventListener("connect", onConnect);
  rfb.addEventListener("disconnect", (/** @type {any} */ event) => onDisconnect(event.detail.clean));
  rfb.addEventListener("credentialsrequired", (/** @type {any} */ event) => askCredentials(event.detail.types));
  rfb.addEventListener("securityfailure", (/** @type {any} */ event) => refusal = event.detail.reason ?? "Not let in");
  rfb.addEventListener("desktopname", (/** @type {any} */ event) => showName(event.detail.name));
  rfb.addEventListener("bell", ring);
}

function onConnect() {
  showState("connected", "Connected");
  hideCard();
  rfb?.focus();
}

/** @param {boolean} isClean */
function onDisconnect(isClean) {
  const wasConnected = body.dataset.state === "connected";
  rfb = undefined;
  showState("disconnected", "Not connected");
  const title = refusal !== "" ? "Not let in" : wasConnected ? "Disconnected" : "Could not connect";
  const ended = isClean ? "The server has ended the connection." : "The connection broke.";
  const text = refusal !== "" ? refusal : wasConnected ? ended : "The server does not answer, or does not let this page in.";
  showCard({ title, text, button: refusal !== "" ? "Try again" : "Reconnect", onButton: connect });
}

/** @param {string[]} types */
function askCredentials(types) {
  showState("credentials", "Waiting for the password");
  showCard({
    title: "Password needed",
    text: "The machine is protected.",
    button: "Connect",
    rows: types,
    onButton() {
      const credentials = { username: element("user").value, password: element("password").value };
      element("password").value = "";
      hideCard();
      showState("connecting", "Connecting");
      rfb?.sendCredentials(credentials);
    },
  });
}

/** @param {string} state @param {string} text */
function showState(state, text) {
  body.dataset.state = state;
  element("state").textContent = text;
  for (const id of ["ctrl-alt-del", "keyboard"]) element(id).disabled = state !== "connected";
}

/** @param {string} name text of the server's, and only ever text */
function showName(name) {
  element("name").textContent = name || "vncd";
  document.title = name ? `${name} - vncd` : "vncd";
}

/** @param {{ title: string, text: string, button: string, rows?: string[], onButton: () => void }} card */
function showCard({ title, text, button, rows = [], onButton }) {
  element("card-title").textContent = title;
  element("card-text").textContent = text;
  element("card-button").textContent = button;
  for (const [type, row] of Object.entries(CREDENTIAL_ROWS)) element(row).hidden = !rows.includes(type);
  onCardButton = onButton;
  rfb?.blur();
  element("notice").hidden = false;
  const first = rows.includes("username") ? "user" : rows.includes("password") ? "password" : "card-button";
  element(first).focus();
}

function hideCard() {
  element("notice").hidden = true;
}

function ring() {
  screen.classList.add("bell");
  setTimeout(() => screen.classList.remove("bell"), BELL_MS);
}

function applyScale() {
  if (rfb === undefined) return;
  rfb.scaleViewport = isFitted;
  element("scale").textContent = isFitted ? "Fit" : "Full size";
  element("scale").setAttribute("aria-pressed", String(isFitted));
}

function toggleScale() {
  isFitted = !isFitted;
  applyScale();
  rfb?.focus();
}

function toggleFullscreen() {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  // a browser may say no, and the page works without
  change.catch(() => {});
  rfb?.focus();
}

element("card").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  onCardButton();
});
element("scale").addEventListener("click", toggleScale);
element("fullscreen").addEventListener("click", toggleFullscreen);
element("fullscreen").hidden = !document.fullscreenEnabled;
element("ctrl-alt-del").addEventListener("click", () => {
  rfb?.sendCtrlAltDel();
  rfb?.focus();
});
attachKeyboard(element("keys"), element("keyboard"), (keysym) => rfb?.sendKey(keysym, null));
connect();
