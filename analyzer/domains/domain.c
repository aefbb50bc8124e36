/* domain.c -- see domain.h. */
#include "domain.h"

#include <stdlib.h>

#include "box.h"

struct domain *domain_new(const struct engine *engine, const struct network *network,
                          const struct box *box, struct fault *fault)
{
    if (network->class_count > MARGINS_CLASSES) {
        fault_set(fault, "%zu classes; at most %d can be certified", network->class_count,
                  MARGINS_CLASSES);
        return NULL;
    }
    struct domain *domain = fault_alloc(1, sizeof *domain);
    domain->engine = engine;
    domain->network = network;
    domain->beyond = box->beyond;
    int failed = network->kind == NETWORK_LSNN ? box_lsnn_prepare(domain, box, fault)
                                               : box_feedforward_prepare(domain, box, fault);
    if (!failed)
        return domain;
    domain_free(domain);
    return NULL;
}

void domain_free(struct domain *domain)
{
    if (!domain)
        return;
    const struct engine *e = domain->engine;
    box_graph_free(domain);
    struct weights *weights[] = {domain->readout, domain->size_readout, domain->w_in,
                                 domain->w_rec,   domain->size_in,      domain->size_rec};
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        e->weights_free(weights[i]);
    for (size_t i = 0; i < NETWORK_LAYERS; i++) {
        e->weights_free(domain->layers[i]);
        e->weights_free(domain->size_layers[i]);
    }
    box_neuron_clear(domain);
    free(domain);
}

struct analysis *analysis_new(const struct domain *domain)
{
    struct analysis *analysis = fault_alloc(1, sizeof *analysis);
    analysis->domain = domain;
    if (domain->network->kind == NETWORK_LSNN)
        box_lsnn_workspace(analysis);
    else
        box_feedforward_workspace(analysis);
    return analysis;
}

void analysis_free(struct analysis *analysis)
{
    if (!analysis)
        return;
    const struct engine *e = analysis->domain->engine;
    box_graph_release(analysis);
    struct intervals *rows[] = {analysis->rows[0],    analysis->rows[1],   analysis->flat[0],
                                analysis->flat[1],    analysis->drive,     analysis->membrane,
                                analysis->adaptation, analysis->threshold, analysis->counts,
                                analysis->sizes,      analysis->other};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        e->intervals_free(rows[i]);
    free(analysis->frame);
    free(analysis->zeros);
    free(analysis->spikes);
    free(analysis->above);
    free(analysis->fewest);
    free(analysis->most);
    free(analysis->surely_blocked);
    free(analysis->maybe_blocked);
    free(analysis->lower);
    free(analysis->upper);
    free(analysis);
}

void domain_bound(const struct domain *domain, struct analysis *analysis,
                  const float *const inputs[], const int labels[], size_t batch,
                  struct margins results[], const struct observer *observer)
{
    require(analysis->domain == domain && batch <= DOMAIN_BATCH);
    if (domain->network->kind == NETWORK_FEEDFORWARD) {
        box_feedforward_bound(domain, analysis, inputs, labels, batch, results, observer);
        return;
    }
    for (size_t i = 0; i < batch; i++)
        box_lsnn_bound(domain, analysis, inputs[i], labels[i], i, &results[i], observer);
}
