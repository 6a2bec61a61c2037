/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/jpeg.h>

#define SOI  "\xFF\xD8"
#define APP0 "\xFF\xE0\x00\x06\x4A\x46\x49\x46"
#define SOF  "\xFF\xC0\x00\x0B\x08\x01\xE0\x02\x80\x01\x01\x11\x00" /* 640 x 480, one component */
#define SOF2 "\xFF\xC2\x00\x0B\x08\x00\x24\x00\x19\x01\x01\x11\x00" /* 25 x 36, progressive */
#define DHT  "\xFF\xC4\x00\x04\x00\x00"
#define SOS  "\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00"
#define EOI  "\xFF\xD9"

#define BYTES(literal) vmm_text_bytes(literal, sizeof(literal) - 1)

Test(kit_jpeg, a_whole_picture_tells_its_size)
{
    struct vmm_jpeg jpeg = {0};
    cr_assert_eq(vmm_jpeg_read(BYTES(SOI APP0 DHT SOF SOS "picture" EOI), &jpeg), 0);
    cr_assert_eq(jpeg.width, 640);
    cr_assert_eq(jpeg.height, 480);
    cr_assert(jpeg.is_whole);
    cr_assert_eq(vmm_jpeg_read(BYTES(SOI "\xFF\xFF" SOF2 SOS EOI "\0\0\0"), &jpeg), 0);
    cr_assert_eq(jpeg.width, 25);
    cr_assert_eq(jpeg.height, 36);
    cr_assert(jpeg.is_whole, "padding is forgiven");
}

Test(kit_jpeg, a_picture_that_was_cut_is_not_whole)
{
    struct vmm_jpeg jpeg = {0};
    cr_assert_eq(vmm_jpeg_read(BYTES(SOI SOF SOS "pict"), &jpeg), 0);
    cr_assert_not(jpeg.is_whole);
}

Test(kit_jpeg, what_is_no_picture_is_refused)
{
    struct vmm_jpeg jpeg = {0};
    cr_assert_neq(vmm_jpeg_read(BYTES(""), &jpeg), 0);
    cr_assert_neq(vmm_jpeg_read(BYTES("<html>No video</html>"), &jpeg), 0);
    cr_assert_neq(vmm_jpeg_read(BYTES(SOI "html"), &jpeg), 0);
    cr_assert_neq(vmm_jpeg_read(BYTES(SOI EOI), &jpeg), 0);
    cr_assert_neq(vmm_jpeg_read(BYTES(SOI APP0 SOS EOI), &jpeg), 0, "no size");
    cr_assert_neq(vmm_jpeg_read(BYTES(SOI "\xFF\xE0\x00\x01\xFF"), &jpeg), 0, "no length");
    cr_assert_neq(vmm_jpeg_read(BYTES(SOI "\xFF\xE0\xFF\xFFrest"), &jpeg), 0, "past the end");
    cr_assert_neq(vmm_jpeg_read(BYTES(SOI "\xFF\xC0\x00\x0B\x08\x00\x00\x02\x80\x01"), &jpeg), 0,
                  "no height");
}

Test(kit_jpeg, every_beginning_of_a_picture_is_read_without_harm)
{
    static const char picture[] = SOI APP0 DHT SOF SOS "picture" EOI;
    size_t told = sizeof(SOI APP0 DHT) - 1 + 9; /* up to the width */
    for (size_t size = 0; size < sizeof(picture); size++) {
        struct vmm_jpeg jpeg = {0};
        int rc = vmm_jpeg_read(vmm_text_bytes(picture, size), &jpeg);
        cr_assert_eq(rc == 0, size >= told, "%zu", size);
    }
}
