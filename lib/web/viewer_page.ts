/** The viewer page: files from the executable itself, and the rules a browser keeps for them. */

/** A file of the page. */
export interface PageFile {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Path -> file below assets/ and its type. Nothing else is served. */
const FILES: readonly (readonly [path: string, file: string, contentType: string])[] = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/style.css", "style.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
  ["/keyboard.js", "keyboard.js", "text/javascript; charset=utf-8"],
  ["/novnc.js", "novnc.js", "text/javascript; charset=utf-8"],
  ["/icon.svg", "icon.svg", "image/svg+xml"],
];

/** Reads the page's files, by the path they are served at. */
export function loadViewerPage(): ReadonlyMap<string, PageFile> {
  return new Map(FILES.map(([path, file, contentType]) => [path, { contentType, bytes: readAsset(file) }]));
}

function readAsset(file: string): Uint8Array {
  return Deno.readFileSync(new URL(`./assets/${file}`, import.meta.url));
}

/**
 * Headers of the page's files. Nothing is loaded from and nothing is sent to another host; `data:` pictures are
 * noVNC's JPEG rects and cursors.
 */
export function pageHeaders(contentType: string, host: string): Readonly<Record<string, string>> {
  return {
    "Content-Type": contentType,
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
      `connect-src ${webSocketSources(host)}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
  };
}

/** Older browsers do not count the WebSocket of the same host as 'self'; the grammar has no IPv6 addresses. */
function webSocketSources(host: string): string {
  return host.startsWith("[") ? "'self'" : `'self' ws://${host} wss://${host}`;
}
