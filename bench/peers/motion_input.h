/* A motion on standard input: for each change x, y, width, height as u16 LE and its pixels B,G,R,0; zeros end a frame. */
#include <stdint.h>
#include <stdio.h>

struct change {
  uint16_t x, y, width, height;
};

/* Reads a header and its pixels into memory of a whole picture. Returns 0 at the end of the input. */
static int read_change(struct change *change, uint8_t *pixels) {
  if (fread(change, sizeof *change, 1, stdin) != 1) return 0;
  size_t size = (size_t)change->width * change->height * 4;
  return fread(pixels, 1, size, stdin) == size;
}
