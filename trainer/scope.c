#include "scope.h"

void scope_init(struct scope *scope, const struct network *network, const unsigned char *out)
{
    scope->count = 0;
    for (int i = 0; i < network->tensor_count; i++) {
        const struct tensor *tensor = &network->tensors[i];
        struct span *last = scope->count ? &scope->spans[scope->count - 1] : NULL;
        int norm = tensor->role != ROLE_WEIGHT && tensor->role != ROLE_BIAS;
        if (norm || (out && out[i]))
            continue;
        if (last && last->first + last->count == tensor->offset)
            last->count += tensor->count;
        else
            scope->spans[scope->count++] = (struct span){tensor->offset, tensor->count};
    }
}
