/* toy.h -- a spiking network of five neurons, two images of its own, and a certificate of both.
 *
 * Shared by the chapters that spoil certificates, models and data: so small that an audit, from
 * opening the files to the verdict, takes a millisecond.  The images stand where the test part of
 * Fashion-MNIST would.  Everything lies in one folder: model.bin, certificate, fashion-mnist/. */
#ifndef TESTS_TOY_H
#define TESTS_TOY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "certs/audit_verdict.h"
#include "specs/random.h"

#define TOY_IMAGES 2
#define TOY_PIXELS 784
#define TOY_LABEL 5 /* the network's answer on both */
#define TOY_SEED 481
#define TOY_ZETA "1e-2"

static const char toy_spiking[] =
    "{\"kind\":\"lsnn\",\"steps\":14,\"inputs\":56,\"units\":5,\"classes\":10,\"tau\":\"7.5\","
    "\"tau_ada\":\"30\",\"beta\":\"1.5\",\"b0\":\"0.25\",\"refractory\":1,\"reset\":\"spike\","
    "\"w_in\":\"i\",\"w_rec\":\"r\",\"w_out\":\"o\",\"b_out\":\"b\"}";
static const char toy_input[] = "{\"shape\":[1,28,28],\"mean\":\"0.2860\",\"std\":\"0.3530\"}";

/* FOLDER/NAME below the build folder; a static buffer for each of four calls in turn. */
static const char *toy_path(const char *folder, const char *name)
{
    static char path[4][4096];
    static int turn;
    char *into = path[turn++ % 4];
    snprintf(into, sizeof path[0], "%s/tests/%s/%s", getenv("B") ? getenv("B") : "build", folder, name);
    return into;
}

static void toy_put(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    require(file && fwrite(bytes, 1, size, file) == size && !fclose(file));
}

/* The whole file, owned, with a zero after it and room for 64 bytes more. */
static char *toy_get(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    require(file && !fseek(file, 0, SEEK_END));
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = fault_alloc(*size + 65, 1);
    require(fread(bytes, 1, *size, file) == *size && !fclose(file));
    return bytes;
}

/* Two images as IDX files, of these labels. */
static void toy_put_images(const char *folder, int first, int second)
{
    unsigned char images[16 + TOY_IMAGES * TOY_PIXELS] = {0, 0, 8, 3, 0, 0, 0, TOY_IMAGES, 0, 0, 0, 28, 0, 0, 0, 28};
    unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, TOY_IMAGES, (unsigned char)first, (unsigned char)second};
    for (size_t i = 0; i < TOY_IMAGES * TOY_PIXELS; i++)
        images[16 + i] = (unsigned char)(random_u64(TOY_SEED, RANDOM_CHOICE, i) % 256);
    mkdir(toy_path(folder, ""), 0777);
    mkdir(toy_path(folder, "fashion-mnist"), 0777);
    toy_put(toy_path(folder, "fashion-mnist/t10k-images-idx3-ubyte.gz"), images, sizeof images);
    toy_put(toy_path(folder, "fashion-mnist/t10k-labels-idx1-ubyte.gz"), labels, sizeof labels);
}

static void toy_put_model(const char *folder, const char *description)
{
    struct model model;
    struct fault fault;
    memset(&model, 0, sizeof model);
    require(!network_parse(&model.network, description, &fault));
    for (size_t i = 0; i < model.network.parameter_count; i++)
        model.network.theta[i] = (float)(0.3 * random_normal(TOY_SEED, RANDOM_SAMPLING, i));
    strcpy(model.task, "fmnist");
    model.input = strdup(toy_input);
    model.provenance = strdup("{\"method\":\"by chance\"}");
    require(!model_write(&model, toy_path(folder, "model.bin"), &fault));
    model_clear(&model);
}

/* certify both images at a size; the exit status.  What it prints is in FOLDER/result.txt. */
static int toy_certify(const char *folder, const char *zeta, const char *flags)
{
    char command[16384];
    snprintf(command, sizeof command, "certify '%s' --data '%s' --zeta %s %s -q --threads 1 >'%s' 2>/dev/null",
             toy_path(folder, "model.bin"), toy_path(folder, ""), zeta, flags, toy_path(folder, "result.txt"));
    return system(command);
}

/* The text of FOLDER/certificate without its digest; owned. */
static char *toy_text(const char *folder)
{
    struct certificate c;
    struct fault fault;
    require(!certificate_read(&c, toy_path(folder, "certificate"), &fault));
    char *text = strndup(c.text, c.length);
    certificate_clear(&c);
    return text;
}

/* A certificate of that text, its digest made anew. */
static void toy_put_text(const char *path, const char *text, size_t length)
{
    char digest[DIGEST_HEX], *whole = fault_alloc(length + 100, 1);
    digest_of(text, length, digest);
    memcpy(whole, text, length);
    size_t size = length + (size_t)sprintf(whole + length, "digest %s\n", digest), head = sizeof CERTIFICATE_MAGIC + 7;
    uLongf room = compressBound((uLong)size);
    unsigned char *packed = fault_alloc(head + room, 1);
    memcpy(packed, CERTIFICATE_MAGIC, head - 8);
    for (int i = 0; i < 8; i++)
        packed[head - 8 + (size_t)i] = (unsigned char)((uint64_t)size >> 8 * i);
    require(compress2(packed + head, &room, (const Bytef *)whole, (uLong)size, 1) == Z_OK);
    toy_put(path, packed, head + room);
    free(packed);
    free(whole);
}

/* The whole audit of a certificate: 0 accepted, 1 rejected, 3 refused, 4 inconclusive; `why` is
 * what the auditor says. */
static int toy_audit(const char *certificate, const char *model, const char *data, struct fault *why)
{
    struct audit audit;
    why->text[0] = 0;
    if (audit_open(&audit, &(struct statement_files){certificate, model, NULL, data}, why))
        return 3;
    audit_run(&audit, 1, 0);
    int status = audit.rejected ? 1 : audit.open ? 4 : 0;
    *why = audit.why;
    audit_close(&audit);
    return status;
}
#endif
