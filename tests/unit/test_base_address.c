/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/address.h"

Test(address, of_both_families_is_read_with_its_port)
{
    struct sockaddr_storage address;
    socklen_t size = 0;
    cr_assert_eq(address_parse("10.9.8.7:53", &address, &size), 0);
    const struct sockaddr_in *four = (const struct sockaddr_in *)&address;
    cr_expect_eq(four->sin_family, AF_INET);
    cr_expect_eq(ntohs(four->sin_port), 53);
    cr_expect_eq(ntohl(four->sin_addr.s_addr), 0x0a090807u);
    cr_assert_eq(address_parse("[2001:db8::1]:443", &address, &size), 0);
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address;
    cr_expect_eq(six->sin6_family, AF_INET6);
    cr_expect_eq(ntohs(six->sin6_port), 443);
    cr_expect_eq(size, sizeof(*six));
}

Test(address, that_is_a_name_or_lacks_a_port_is_none)
{
    static const char *const wrong[] = {"",
                                        ":",
                                        "10.0.0.1",
                                        "10.0.0.1:",
                                        ":53",
                                        "10.0.0:x",
                                        "router:53",
                                        "2001:db8::1:53",
                                        "[::1]",
                                        "[::1:53",
                                        "10.0.0.1:70000",
                                        "10.0.0.1:0",
                                        "10.0.0.1 :53"};
    struct sockaddr_storage address;
    socklen_t size = 0;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_lt(address_parse(wrong[i], &address, &size), 0, "%s", wrong[i]);
    }
}
