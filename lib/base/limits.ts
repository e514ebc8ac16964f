/** Every cap of vncd, once, with where its number comes from. */

/** Seconds are milliseconds here, sizes are bytes, unless the name says otherwise. */

/** From accept to ClientInit [neatvnc 30 s; TigerVNC 120 s]. */
export const LOGIN_DEADLINE_MS = 30_000;
/** Connections that have not finished the handshake, unless more clients than by default may come [QEMU 32]. */
export const MAX_UNAUTHENTICATED = 32;
/** The same from one address that is not loopback [vncd]. */
export const MAX_UNAUTHENTICATED_PER_ADDRESS = 8;
/** Clients by default [TurboVNC 100; QEMU 32]. */
export const MAX_CONNECTIONS = 64;
/** Bytes a client may have sent that are not parsed yet [TigerVNC 32 MiB; a cut text plus its header fits]. */
export const MAX_INPUT_BYTES = 1 << 20;
/** Encodings kept of one SetEncodings [neatvnc 32; any real list is under 64]. */
export const MAX_ENCODINGS = 256;
/** ClientCutText and ServerCutText [TigerVNC MaxCutText]. */
export const MAX_CUT_TEXT_BYTES = 256 * 1024;
/** A side of a framebuffer [TigerVNC 16384]. */
export const MAX_FRAMEBUFFER_SIDE = 16_384;
/** Pixels of a framebuffer [64 Mpx: 8192x8192]. */
export const MAX_FRAMEBUFFER_PIXELS = 64 * 1024 * 1024;
/** Floor of the throttle threshold [QEMU vnc_update_throttle_offset]. */
export const THROTTLE_FLOOR_BYTES = 1 << 20;
/** Output above this many thresholds disconnects [QEMU VNC_THROTTLE_OUTPUT_LIMIT_SCALE]. */
export const OUTPUT_LIMIT_SCALE = 5;
/** What all clients of a server together may leave unread before the slow ones wait [vncd: 30 raw 1920x1080 pictures]. */
export const MAX_UNSENT_BYTES = 256 << 20;
/** Pending output and not one byte taken for so long disconnects [vncd]. */
export const STALL_DEADLINE_MS = 30_000;
/** A client that was told a new size has so long to ask for the pixels before they are sent unasked [vncd: a round trip]. */
export const RESIZE_GRACE_MS = 100;
/** A closing connection may still flush for so long [TigerVNC CLOSE_GRACE_TIME]. */
export const CLOSE_GRACE_MS = 5_000;
/** Delay of a failed authentication's answer [TigerVNC]. */
export const AUTH_FAILURE_DELAY_MS = 100;
/** Failed passwords from one address before it has to wait [TigerVNC, TurboVNC]. */
export const AUTH_FAILURES_FREE = 5;
/** First wait; doubles with every further failure [TigerVNC, TurboVNC]. */
export const AUTH_BLOCK_MS = 10_000;
/** The longest wait [vncd]. */
export const AUTH_BLOCK_MAX_MS = 600_000;
/** Addresses the limiter remembers, least recently used forgotten [vncd]. */
export const AUTH_ADDRESSES = 4_096;
/** A job of the encoding worker; later it counts as hung [vncd]. */
export const JOB_DEADLINE_MS = 10_000;
/** From a worker's start to its first word [vncd: its modules are loaded, which takes 10 s where all cores are busy]. */
export const WORKER_START_DEADLINE_MS = 60_000;
/** A pool that is closed waits so long for its workers' last answers [vncd: many rects of any encoding]. */
export const POOL_CLOSE_GRACE_MS = 1_000;
/** Rects of one FramebufferUpdate [u16 on the wire, 0xFFFF means LastRect]. */
export const MAX_UPDATE_RECTS = 0xfffe;
/** Payload of one WebSocket message from a client [QEMU 4 KiB headers; a cut text fits]. */
export const MAX_WEBSOCKET_FRAME_BYTES = 1 << 20;
/** Bytes of a WebSocket that nobody has read yet; Deno does not stop receiving [vncd: four of the largest messages]. */
export const MAX_WEBSOCKET_QUEUE_BYTES = 1 << 22;
/** A closed WebSocket waits so long for the peer's close frame [vncd]. */
export const WEBSOCKET_CLOSE_LINGER_MS = 1_000;
/** Unsent bytes in a WebSocket at which a write waits [vncd; Deno has no back-pressure of its own]. */
export const WEBSOCKET_HIGH_WATER_BYTES = 1 << 18;
/** Request line and headers of an HTTP request [Node 16 KiB]. */
export const MAX_HTTP_HEAD_BYTES = 16 * 1024;
/** From accept to the whole HTTP request [vncd; Apache 20 s and more]. */
export const HTTP_REQUEST_DEADLINE_MS = 10_000;
/** From an HTTP request to the peer's close behind the response [vncd: the page over a line of 64 kbit/s]. */
export const HTTP_RESPONSE_DEADLINE_MS = 60_000;
/** Connections of the web door that are not WebSockets yet [vncd: a browser opens six at once]. */
export const MAX_HTTP_CONNECTIONS = 128;
/** Desktop name a client accepts [vncd]. */
export const MAX_NAME_BYTES = 4_096;
/** Failure reason a client accepts [vncd]. */
export const MAX_REASON_BYTES = 4_096;
/** A side of a cursor that a client accepts [TigerVNC 256; QEMU 512]. */
export const MAX_CURSOR_SIDE = 512;
/** Compressed bytes of a rect by its plain bytes [zlib deflateBound: at most 1.14 with the smallest memory level]. */
export const MAX_DEFLATE_EXPANSION = 1.25;
/** The same for a rect of few bytes: stream header, block headers and flush [vncd]. */
export const MAX_DEFLATE_OVERHEAD_BYTES = 1_024;
/** Memory of a thread's zlib streams in pages of 64 KiB [vncd: 3000 clients with all four of Tight's]. */
export const MAX_ZLIB_STREAM_PAGES = 16_384;
/** Bytes of a PNG file beside its compressed rows: chunks that say nothing of the pixels [vncd; libpng writes under 200]. */
export const MAX_PNG_OVERHEAD_BYTES = 4_096;
/** Pixels of a JPEG rect [vncd: twice a framebuffer of 3840x2160; its decoder takes 20 bytes for each]. */
export const MAX_JPEG_PIXELS = 16 * 1024 * 1024;
/** Bytes of a JPEG stream for each of its pixels [vncd: noise at quality 100 takes 6]. */
export const MAX_JPEG_PIXEL_BYTES = 8;
/** The same beside its pixels: tables and what cameras add [one application segment]. */
export const MAX_JPEG_OVERHEAD_BYTES = 65_536;
/** Scans of a progressive JPEG [libjpeg writes 10; each goes over the whole picture]. */
export const MAX_JPEG_SCANS = 64;
/** How often the subrects of an RRE rect may cover it [vncd: those of Xvnc and libvncserver do not overlap]. */
export const MAX_SUBRECT_COVERAGE = 4;
/** Bytes a client holds for a server that does not read [vncd: many cut texts]. */
export const MAX_CLIENT_OUTPUT_BYTES = 4 * 1024 * 1024;
/** Time to connect and finish the handshake, as a client [vncd]. */
export const CONNECT_TIMEOUT_MS = 15_000;
/** Time for a server that is measured to go on with an update [vncd: a large one over a slow line trickles, but goes on]. */
export const UPDATE_TIMEOUT_MS = 30_000;
/** One block of a recording [vncd: a full raw update of the largest framebuffer, and its headers]. */
export const MAX_RECORDING_BLOCK_BYTES = MAX_FRAMEBUFFER_PIXELS * 4 + (1 << 20);
/** Bytes of a desktop name in a recording [VNC Reflector reads 192]. */
export const MAX_RECORDED_NAME_BYTES = 192;
/** Bytes of a recording's handshake before it counts as none [vncd: the longest name, 255 security types, a challenge]. */
export const MAX_RECORDED_HANDSHAKE_BYTES = 16_384;
/** A recording is brought to the disk after so long at the latest [vncd]. */
export const RECORDING_SYNC_MS = 1_000;
/** ... and after so many bytes [vncd]. */
export const RECORDING_SYNC_BYTES = 8 * 1024 * 1024;
/** Messages that wait for a slow disk; with more the server has to wait as well [vncd: a raw update of 1920x1080]. */
export const MAX_RECORDER_QUEUE_BYTES = 8 * 1024 * 1024;
/** A server that has not sent its whole picture by then is recorded in real time all the same [vncd]. */
export const FIRST_PICTURE_MS = 10_000;
/** A recorder whose disk is full tries again after so long [vncd]. */
export const RECORDER_RETRY_MS = 5_000;
/** Key events that wait for the guest [QEMU input queue 1024]. */
export const MAX_QUEUED_KEYS = 1_024;
/** Lines a text field of the built-in desktop keeps; the oldest go first [vncd]. */
export const MAX_FIELD_LINES = 400;
/** Characters of one such line [vncd]. */
export const MAX_FIELD_LINE_CHARACTERS = 2_000;
/** Characters of a line typed at the built-in console [vncd: half a text screen]. */
export const MAX_CONSOLE_LINE_CHARACTERS = 1_000;
/** Lines the built-in console remembers [vncd]. */
export const MAX_CONSOLE_HISTORY = 100;
/** Pointer events that wait for the guest before motion and buttons are merged into the last one [vncd]. */
export const MAX_QUEUED_POINTER_EVENTS = 256;
/** Interrupts served in one go before the rest of the process gets its turn [vncd]. */
export const MAX_INTERRUPT_BURST = 256;
/** How long that turn is [vncd]. */
export const INTERRUPT_PAUSE_MS = 5;
/** Sides of a Bochs VBE mode [QEMU VBE_DISPI_MAX_XRES, VBE_DISPI_MAX_YRES]. */
export const MAX_VBE_WIDTH = 16_000;
export const MAX_VBE_HEIGHT = 12_000;
/** Video memory by default, and the least a card works with: the four planes of VGA [QEMU 16 MiB]. */
export const DEFAULT_VRAM_BYTES = 16 << 20;
export const MIN_VRAM_BYTES = 256 << 10;
/** Keys of one client that are kept in mind as held, to be released when it goes away [vncd; keyboards have fewer]. */
export const MAX_HELD_KEYS = 256;
/** An exclusive client is not replaced by the next one before this [vncd: two that fight reconnect in a loop]. */
export const TAKEOVER_INTERVAL_MS = 1_000;
/** Memory of sent updates that a pool keeps for its next ones [vncd: an uncompressed 3840x2160 update]. */
export const MAX_RECYCLED_BYTES = 40 << 20;
