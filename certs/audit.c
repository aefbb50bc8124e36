/* audit.c -- the program that checks a certificate without trusting the prover.
 *
 * The statement is rebuilt from the model file and the data; the certificate only says which
 * statement is meant and shows the evidence.  Nothing of the prover is used. */
#include <argp.h>
#include <stdio.h>

#include "audit_verdict.h"
#include "console/exits.h"
#include "console/options.h"

struct arguments {
    struct options common;
    struct statement_files files;
    const char *claim, *report;
    double percent;
};

static const struct argp_option flags[] = {
    {"model", 'm', "FILE", 0, "The model (default: model.bin in the certificate's folder)", 0},
    {"box", 'b', "FILE", 0, "The box, if the certificate speaks of one from a file", 0},
    {"claim", 'c', "FILE", 0, "Also: does the certificate prove this claim (specs/claim.md)?", 0},
    {"fraction", 'f', "PCT", 0,
     "Check only this part of the samples, at least one, chosen by a hash of the certificate and "
     "--seed", 0},
    {"report", 'r', "FILE", 0, "The verdict as a page for a browser (.html)", 0},
    {0},
};

static const char help[] =
    "Check a certificate that certify wrote: that for every parameter vector in the box the "
    "answers on the samples it names are right."
    "\vExamples:\n"
    "  audit certs/synth-ecg-lsnn-beta/certificate\n"
    "  audit result.cert --model model.bin --data /data\n"
    "  audit certificate --claim claim.json\n"
    "  audit measured.cert --model model.bin --box ends.safetensors\n"
    "  audit result.cert --fraction 10 --seed 71236 --report verdict.html\n"
    "\nExit status: 0 every sample checked (the claim holds), 1 the certificate is wrong (the "
    "claim is violated), 2 wrong flag, 3 unreadable files or not the model or data that it speaks "
    "of, 4 some of what it says could be neither confirmed nor refuted, or only a part was "
    "checked, 5 this machine does not round as it should.";

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct fault fault;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->common; break;
    case 'm': a->files.model = text; break;
    case 'b': a->files.box = text; break;
    case 'c': a->claim = text; break;
    case 'r': a->report = text; break;
    case 'f':
        if (options_number("--fraction", text, 0, 100, &a->percent, &fault))
            argp_error(state, "%s", fault.text);
        break;
    case ARGP_KEY_ARG:
        if (a->files.certificate)
            argp_error(state, "one certificate at a time: '%s' is one too many", text);
        a->files.certificate = text;
        break;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which certificate?  Name a file"); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int audit(const struct arguments *a)
{
    struct fault fault;
    struct audit audit = {.part = 0};
    struct claim claim;
    int status = EXIT_INPUT;
    int failed = (a->claim && claim_read(&claim, a->claim, &fault)) ||
                 audit_open(&audit, &a->files, &fault) ||
                 (a->claim && statement_match(&audit.statement, &claim, &fault));
    if (!failed) {
        audit_run(&audit, a->percent / 100, a->common.seed);
        failed = audit_report(&audit, NULL, &fault) ||
                 (a->report && audit_report(&audit, a->report, &fault));
        status = audit.rejected               ? EXIT_VIOLATED
                 : audit.open || audit.part ? EXIT_INCONCLUSIVE
                                            : EXIT_DONE;
        if (audit.rejected)
            fprintf(stderr, "audit: %s\n", audit.why.text);
        if (a->claim)
            status = audit_claim_verdict(&claim, &audit);
    }
    if (failed)
        fprintf(stderr, "audit: %s\n", fault.text);
    audit_close(&audit);
    return failed && status != EXIT_VIOLATED ? EXIT_INPUT : status;
}

int main(int argc, char **argv)
{
    static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {flags, parse, "CERTIFICATE", help, children, NULL, NULL};
    struct arguments a = {.percent = 100};
    options_begin(&a.common);
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    a.files.data = a.common.data;
    if (audit_round_upward()) {
        fprintf(stderr, "audit: this machine does not round upward\n");
        return EXIT_SELF_CHECK;
    }
    audit_round_nearest();
    return audit(&a);
}
