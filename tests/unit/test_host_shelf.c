/* SPDX-License-Identifier: MIT */
/* Blocks are as large as asked, whole, apart from each other, and used again. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "host/shelf.h"

static const size_t sizes[] = {0,    1,    15,   16,    17,    63,    64,    1000,  2048,   5360,
                               6144, 6145, 8000, 16384, 16385, 16448, 16449, 65536, 1 << 20};
#define SIZES  (sizeof(sizes) / sizeof(sizes[0]))
#define ROUNDS 500

static uint8_t mark(size_t round, size_t index)
{
    return (uint8_t)(1 + (round * SIZES + index) % 255);
}

static void expect_filled(const uint8_t *block, size_t size, uint8_t with)
{
    for (size_t i = 0; i < size; i++) {
        cr_assert_eq(block[i], with, "byte %zu of %zu is another block's", i, size);
    }
}

Test(host_shelf, no_two_blocks_share_a_byte)
{
    static uint8_t *blocks[ROUNDS][SIZES];
    shelf_own();
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t most = round < 5 ? SIZES : SIZES - 2;
        for (size_t i = 0; i < most; i++) {
            blocks[round][i] = shelf_take(sizes[i]);
            cr_assert_not_null(blocks[round][i]);
            cr_assert_eq((uintptr_t)blocks[round][i] % _Alignof(max_align_t), 0);
            memset(blocks[round][i], mark(round, i), sizes[i]);
        }
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < SIZES; i++) {
            if (blocks[round][i] != NULL) {
                expect_filled(blocks[round][i], sizes[i], mark(round, i));
                shelf_give(blocks[round][i]);
            }
        }
    }
}

Test(host_shelf, what_was_given_back_is_taken_next)
{
    shelf_own();
    for (size_t i = 0; i < SIZES; i++) {
        void *first = shelf_take(sizes[i]);
        uintptr_t address = (uintptr_t)first;
        shelf_give(first);
        void *second = shelf_take(sizes[i]);
        if (sizes[i] <= 6144 || sizes[i] == 16385) {
            cr_expect_eq((uintptr_t)second, address, "size %zu", sizes[i]);
        }
        shelf_give(second);
    }
    shelf_give(NULL);
}

Test(host_shelf, content_moves_when_a_block_grows_or_shrinks)
{
    shelf_own();
    uint8_t *block = shelf_resize(NULL, 10);
    memset(block, 7, 10);
    for (size_t i = 3; i < SIZES; i++) {
        block = shelf_resize(block, sizes[i]);
        cr_assert_not_null(block);
        expect_filled(block, 10, 7);
        memset(block, 7, sizes[i]);
    }
    for (size_t i = SIZES; i > 3; i--) {
        block = shelf_resize(block, sizes[i - 1]);
        expect_filled(block, sizes[i - 1], 7);
    }
    shelf_give(block);
}

Test(host_shelf, zeroed_blocks_and_copies)
{
    shelf_own();
    uint8_t *used = shelf_take(300);
    memset(used, 0xff, 300);
    shelf_give(used);
    uint8_t *zeroed = shelf_take_zeroed(3, 100);
    cr_expect_eq(zeroed, used, "the test looks at a block that was used");
    expect_filled(zeroed, 300, 0);
    cr_expect_null(shelf_take_zeroed(SIZE_MAX / 2, 3));
    cr_expect_null(shelf_take(SIZE_MAX));
    char *text = shelf_copy("a text");
    cr_expect_str_eq(text, "a text");
    shelf_give(text);
    shelf_give(zeroed);
}

/* As curl's resolver does: its thread takes what the loop gives back, and gives back what the loop took. */
struct exchange {
    void *of_owner[ROUNDS];
    void *of_other[SIZES];
};

static void *other_thread(void *arg)
{
    struct exchange *exchange = arg;
    for (size_t i = 0; i < SIZES; i++) {
        exchange->of_other[i] = shelf_take(sizes[i]);
        memset(exchange->of_other[i], 9, sizes[i]);
        shelf_give(shelf_take(sizes[i]));
    }
    for (size_t i = 0; i < ROUNDS; i++) {
        shelf_give(exchange->of_owner[i]);
    }
    return NULL;
}

static bool is_one_of(const void *block, void *const *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (blocks[i] == block) {
            return true;
        }
    }
    return false;
}

Test(host_shelf, any_thread_takes_and_gives_back)
{
    static struct exchange exchange;
    pthread_t thread;
    shelf_own();
    for (size_t i = 0; i < ROUNDS; i++) {
        exchange.of_owner[i] = shelf_take(640);
    }
    cr_assert_eq(pthread_create(&thread, NULL, other_thread, &exchange), 0);
    for (size_t i = 0; i < ROUNDS; i++) {
        shelf_give(shelf_take(sizes[i % SIZES]));
    }
    pthread_join(thread, NULL);
    for (size_t i = 0; i < SIZES; i++) {
        expect_filled(exchange.of_other[i], sizes[i], 9);
        shelf_give(exchange.of_other[i]);
    }
    void *blocks[2 * ROUNDS];
    size_t again = 0;
    for (size_t i = 0; i < 2 * ROUNDS; i++) {
        blocks[i] = shelf_take(640);
        again += is_one_of(blocks[i], exchange.of_owner, ROUNDS);
    }
    cr_expect_eq(again, ROUNDS, "what another thread gave back is used again: %zu", again);
    for (size_t i = 0; i < 2 * ROUNDS; i++) {
        shelf_give(blocks[i]);
    }
}
