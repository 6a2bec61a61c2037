/* SPDX-License-Identifier: MIT */
/*
 * A whole look against a device that says what the fuzzer says. The first byte chooses what is asked
 * and with which credential. Then each 0xff ends a reply, and the byte after it tells what the device
 * does then: VMM_MOCK_STAY, _CLOSE, _RESET or _MUTE; behind one of the latter three a new connection
 * begins. The mock host watches that the plugin keeps its contract.
 */
#include <stdio.h>
#include <stdlib.h>

#include <mock/mock_host.h>

#define EXCHANGES_MAX   32u
#define CONNECTIONS_MAX 16u /* more than a look may open */

struct input {
    const uint8_t *at;
    size_t left;
};

/* Take one reply off the input. */
static void take_exchange(struct input *input, struct vmm_mock_exchange *exchange)
{
    size_t size = 0;
    while (size < input->left && input->at[size] != 0xff) {
        size++;
    }
    bool marked = size + 1 < input->left;
    *exchange = (struct vmm_mock_exchange){
        .expect = "",
        .reply = size > 0 ? input->at : NULL,
        .reply_size = size,
        .split = marked ? input->at[size + 1] >> 2 : 0,
        .then = marked ? input->at[size + 1] & 3u : VMM_MOCK_CLOSE,
    };
    size_t taken = marked ? size + 2 : input->left;
    input->at += taken;
    input->left -= taken;
}

static void play(struct vmm_mock *mock, struct input *input, struct vmm_mock_exchange *exchanges)
{
    size_t begin = 0;
    size_t end = 0;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        bool stays = true;
        while (stays && input->left > 0 && end < EXCHANGES_MAX) {
            take_exchange(input, &exchanges[end]);
            stays = exchanges[end++].then == VMM_MOCK_STAY;
        }
        vmm_mock_connection(mock, &(struct vmm_mock_connection){.exchanges = exchanges + begin,
                                                                .exchange_count = end - begin});
        begin = end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_mock_exchange exchanges[EXCHANGES_MAX];
    if (size == 0) {
        return 0;
    }
    uint8_t mode = data[0];
    struct input input = {.at = data + 1, .left = size - 1};
    struct vmm_mock *mock = vmm_mock_create(vmm_plugin_v0());
    play(mock, &input, exchanges);
    for (unsigned bit = 1; bit < 7; bit++) {
        bool login = (mode & 1u << bit) != 0;
        vmm_mock_authorize(mock, login ? 0 : VMM_E_NOENT, login ? "Digest x" : NULL);
    }
    if (vmm_mock_open(mock) != 0) {
        abort();
    }
    vmm_mock_look(
        mock, &(struct vmm_mock_ask){.scope = (mode & 1u) != 0 ? VMM_SCOPE_TRIAL : VMM_SCOPE_FULL});
    vmm_mock_close(mock);
    if (vmm_mock_complaints(mock)[0] != '\0') {
        fprintf(stderr, "%s", vmm_mock_complaints(mock));
        abort();
    }
    vmm_mock_destroy(mock);
    return 0;
}
