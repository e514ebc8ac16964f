/*
 * A motion from standard input behind libvncserver, to be measured beside vncd.
 *   libvncserver_motion_peer PORT WIDTH HEIGHT
 * Listens on loopback, prints "READY" when it does; ends with its input.
 */
#include <rfb/rfb.h>
#include <stdlib.h>
#include <string.h>
#include "motion_input.h"

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int width = atoi(argv[2]), height = atoi(argv[3]), no_arguments = 1;
  rfbScreenInfoPtr screen = rfbGetScreen(&no_arguments, argv, width, height, 8, 3, 4);
  screen->frameBuffer = calloc(4, (size_t)width * height);
  screen->serverFormat.redShift = 16;
  screen->serverFormat.blueShift = 0;
  screen->autoPort = FALSE;
  screen->port = atoi(argv[1]);
  screen->ipv6port = 0;
  screen->listenInterface = htonl(INADDR_LOOPBACK);
  screen->alwaysShared = TRUE;
  screen->cursor = NULL;
  rfbInitServer(screen);
  rfbRunEventLoop(screen, 10000, TRUE);
  printf("READY\n");
  fflush(stdout);
  struct change change;
  uint8_t *pixels = malloc((size_t)width * height * 4);
  while (read_change(&change, pixels)) {
    for (int row = 0; row < change.height; row++) {
      size_t to = ((size_t)(change.y + row) * width + change.x) * 4, row_bytes = (size_t)change.width * 4;
      memcpy(screen->frameBuffer + to, pixels + row * row_bytes, row_bytes);
    }
    if (change.width) rfbMarkRectAsModified(screen, change.x, change.y, change.x + change.width, change.y + change.height);
  }
  return 0;
}
