#include "certificate_words.h" /* its new name */
