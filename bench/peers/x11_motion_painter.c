/*
 * Paints a motion from standard input on the root window of DISPLAY: how Xvnc gets it.
 *   x11_motion_painter WIDTH HEIGHT
 * Prints "READY" when it is connected; ends with its input.
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdlib.h>
#include "motion_input.h"

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  Display *display = XOpenDisplay(NULL);
  if (!display) return 1;
  int screen = DefaultScreen(display);
  Window root = RootWindow(display, screen);
  GC gc = DefaultGC(display, screen);
  uint8_t *pixels = malloc((size_t)atoi(argv[1]) * atoi(argv[2]) * 4);
  printf("READY\n");
  fflush(stdout);
  struct change change;
  while (read_change(&change, pixels)) {
    if (!change.width) {
      XFlush(display);
      continue;
    }
    XImage *image = XCreateImage(display, DefaultVisual(display, screen), 24, ZPixmap, 0, (char *)pixels, change.width,
                                 change.height, 32, 0);
    XPutImage(display, root, gc, image, 0, 0, change.x, change.y, change.width, change.height);
    image->data = NULL; /* the memory is used again */
    XDestroyImage(image);
  }
  XSync(display, False);
  return 0;
}
