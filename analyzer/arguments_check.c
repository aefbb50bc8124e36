/* arguments_check.c -- see arguments_check.h. */
#include "analyzer/arguments_check.h"

#include "analyzer/certificate_write.h"
#include "specs/box.h"
#include "specs/claim.h"

/* What certificates speak about. */
static void check_cert(const struct arguments *a, struct argp_state *state)
{
    struct fault fault;
    if (a->zeta_count != 1)
        argp_error(state, "--cert: a certificate is for one --zeta");
    if (certificate_write_check(&a->settings, &fault))
        argp_error(state, "--cert: %s", fault.text);
}

static void check_refine(const struct arguments *a, struct argp_state *state)
{
    if (!a->settings.refine)
        return;
    if (a->settings.domain == BOUNDER_BOX || a->settings.domain == BOUNDER_TRACE)
        argp_error(state, "--refine is for linear, which --domain leaves out");
    if (a->settings.criterion == CRITERION_DISJOINT)
        argp_error(state, "--refine refines margins; --criterion disjoint asks about logits");
    if (box_form_beyond(&a->settings.box))
        argp_error(state, "--refine is for linear, which knows nothing of --zeta-neuron and "
                   "--digital");
}

void arguments_check(struct arguments *a, struct argp_state *state)
{
    if (a->box_out && a->settings.box.kind != BOX_PCM)
        argp_error(state, "--box-out is for --box pcm; other boxes need no file of ends");
    if (a->merge) {
        if (!a->part_count || a->stated)
            argp_error(state, "--merge: name the shards' results, and no flags that say what is "
                       "proved");
        if (a->cert || a->plot || a->journal || a->attack.witness)
            argp_error(state, "--merge writes --json and --csv; it has no proofs of its own");
        return;
    }
    if (!a->part_count)
        argp_error(state, "which model?  Name a model file, or a claim");
    if (a->part_count > 1)
        argp_error(state, "one model at a time: '%s' is one too many", a->parts[1]);
    a->model = a->parts[0];
    if (a->resume && !a->journal)
        argp_error(state, "--resume: which --journal?");
    a->is_claim = claim_is(a->model);
    if (a->is_claim && a->stated)
        argp_error(state, "a claim says itself which box, samples and domain are meant; leave out "
                   "the flags that say so, too");
    if (a->is_claim && a->min_certified >= 0)
        argp_error(state, "--min-certified: a claim says itself how many samples it promises");
    if (a->is_claim)
        return;
    if (!a->zeta_count && !a->radius && box_form_sized(&a->settings.box))
        a->zetas[a->zeta_count++] = "1";
    if (!a->zeta_count && !a->radius)
        argp_error(state, "how large a box?  Give --zeta, e.g. --zeta 5e-4");
    if (a->claim && (a->zeta_count != 1 || a->settings.box.neuron || a->settings.box.digital))
        argp_error(state, "--claim: a claim is about one --zeta, and parameters only");
    if (a->promised && !a->claim)
        argp_error(state, "--promise: a promise is part of a --claim");
    if (a->claim && a->shard.of)
        argp_error(state, "--claim: a claim is about all shards");
    if (a->claim && a->settings.box.kind == BOX_FILE)
        argp_error(state, "--claim: a claim cannot be about a box from a file, whose bytes it does not "
                   "name");
    if (a->claim && a->settings.budget > 0)
        argp_error(state, "--claim: a claim has linear's usual budget");
    if (a->claim && a->settings.refine)
        argp_error(state, "--claim: a claim's margins are not refined");
    check_refine(a, state);
    if (a->sigma && a->zeta_count == 0)
        argp_error(state, "--sigma asks about the boxes that --zeta lists");
    if (a->box_out)
        a->settings.box.path = a->box_out;
    if (a->detailed && !a->cert)
        argp_error(state, "--cert-detail is about the certificate that --cert FILE writes");
    if (a->cert)
        check_cert(a, state);
}
