/* SPDX-License-Identifier: MIT */
/*
 * Handles for plugins: the address of an object and, in its low bits, the serial number of its
 * present life. A plugin that uses a handle after the object's life has ended is caught, although
 * the memory already serves the next life. Objects are aligned to HANDLE_ALIGN and stay allocated.
 */
#ifndef HOST_HANDLE_H
#define HOST_HANDLE_H

#include <stdint.h>

#define HANDLE_ALIGN 4096u

static inline void *handle_make(const void *object, uint32_t serial)
{
    return (void *)((uintptr_t)object | (serial % HANDLE_ALIGN));
}

static inline void *handle_object(const void *handle)
{
    return (void *)((uintptr_t)handle & ~(uintptr_t)(HANDLE_ALIGN - 1));
}

static inline uint32_t handle_serial(const void *handle)
{
    return (uint32_t)((uintptr_t)handle & (HANDLE_ALIGN - 1));
}

#endif
