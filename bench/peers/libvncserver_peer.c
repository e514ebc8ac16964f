/*
 * A still picture behind libvncserver, to be measured beside vncd.
 *   libvncserver_peer PORT WIDTH HEIGHT FILE   FILE holds WIDTH*HEIGHT pixels, bytes R,G,B,X
 * Listens on loopback, prints "READY" when it does; runs until it is killed.
 */
#include <rfb/rfb.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  int width = atoi(argv[2]), height = atoi(argv[3]), no_arguments = 1;
  rfbScreenInfoPtr screen = rfbGetScreen(&no_arguments, argv, width, height, 8, 3, 4);
  size_t size = (size_t)width * height * 4;
  screen->frameBuffer = malloc(size);
  FILE *file = fopen(argv[4], "rb");
  if (!file || fread(screen->frameBuffer, 1, size, file) != size) return 1;
  fclose(file);
  screen->autoPort = FALSE;
  screen->port = atoi(argv[1]);
  screen->ipv6port = 0;
  screen->listenInterface = htonl(INADDR_LOOPBACK);
  screen->alwaysShared = TRUE;
  screen->cursor = NULL;
  rfbInitServer(screen);
  printf("READY\n");
  fflush(stdout);
  while (rfbIsActive(screen)) rfbProcessEvents(screen, 10000);
  return 0;
}
