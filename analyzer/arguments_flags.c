/* arguments_flags.c -- see arguments_flags.h. */
#include "analyzer/arguments_flags.h"

const struct argp_option arguments_flags[] = {
    {NULL, 0, NULL, 0, "What is claimed:", 1},
    {"zeta", KEY_ZETA, "Z[,Z...]", 0,
     "Sizes of the box: every parameter may be off by Z (decimals, taken exactly)", 0},
    {"box", KEY_BOX, "KIND", 0,
     "relative: off by Z times its size (default); absolute: by Z; range: by Z times its "
     "tensor's largest; affine:A,B: by A times its size plus B times its tensor's largest; "
     "quantised:BITS: by half a step of its tensor's grid; file:PATH: within given ends; "
     "pcm:K@T[@DEVICE]: as on a phase-change chip after T seconds, every random variable within K "
     "sigmas (specs/box.md).  The last four have a size of their own and Z, by default 1, scales "
     "it", 0},
    {"exact-bias", KEY_EXACT_BIAS, NULL, 0, "Biases do not vary", 0},
    {"box-folded-bias", KEY_FOLDED_BIAS, NULL, 0,
     "Biases made by folding a batch normalisation vary too", 0},
    {"zeta-neuron", KEY_ZETA_NEURON, "Z", 0,
     "Every spiking neuron's tau, tau_ada, beta and b0 may be off by Z times its size, too", 0},
    {"digital", KEY_DIGITAL, "float32", 0,
     "Include the rounding of float32 executions, in any order of summation", 0},
    {"radius", KEY_RADIUS, NULL, 0,
     "Also, or instead of --zeta: per sample the largest size found provable, and for as many "
     "samples as --attack says the smallest found broken", 0},
    {"sigma", KEY_SIGMA, "S", 0,
     "Also: how probably a chip whose parameters are off by S times N(0, 1) lies in the box", 0},
    {"criterion", KEY_CRITERION, "C", 0,
     "margin: the label's logit beats each other one (default); disjoint: its interval "
     "lies above all others", 0},
    {NULL, 0, NULL, 0, "On which samples:", 2},
    {"split", KEY_SPLIT, "PART", 0, "test (default), valid or train", 0},
    {"samples", KEY_SAMPLES, "N|A:B", 0, "The first N samples, or those from A to before B", 0},
    {NULL, 0, NULL, 0, "How it is proved:", 3},
    {"domain", KEY_DOMAIN, "D", 0,
     "box: interval bound propagation; trace: filtered spike trains with alternative "
     "histories (LSNN); linear: backward substitution (feed-forward); auto: box, then "
     "trace or linear (default)", 0},
    {"disjuncts", KEY_DISJUNCTS, "K", 0, "trace: histories per neuron (default 4)", 0},
    {"splits", KEY_SPLITS, "N", 0,
     "trace: runs that a sample may cost beyond the first, on cases of undecided spikes "
     "(default 0)", 0},
    {"linear-budget", KEY_BUDGET, "N", 0,
     "linear: multiply-adds that a sample may cost before the margins (default 1e11; a residual "
     "network wants 1e13)", 0},
    {"refine", KEY_REFINE, "N", OPTION_ARG_OPTIONAL,
     "linear: what is left undecided is proved by contradiction, each margin in up to N cases "
     "(default 8), with bounds of the last dense layers that need only hold where the margin fails; "
     "takes seconds a sample, and gains a third in size on the CNN", 0},
    {"engine", KEY_ENGINE, "E", 0, "double, rounded outward (default), or mpfr", 0},
    {"bits", KEY_BITS, "P", 0, "Precision of mpfr, as engine and as referee (default 128)", 0},
    {"referee", KEY_REFEREE, "PCT|full|off", 0,
     "Share of samples that mpfr proves again after double (default: 8 samples)", 0},
    {"time-limit", KEY_TIME_LIMIT, "S", 0,
     "Stop each zeta's proofs after S seconds; samples not reached stay unknown, exit status 4", 0},
    {"sample-limit", KEY_SAMPLE_LIMIT, "S", 0,
     "trace, linear: after S seconds begin no more cases of, or substitutions for, a sample; "
     "results then depend on the machine's speed", 0},
    {NULL, 0, NULL, 0, "How it is attacked:", 4},
    {"attack", KEY_ATTACK, "N|all|off", 0,
     "Undecided samples for which a counterexample in the box is looked for (default 16); as a "
     "check of ourselves a quarter as many certified ones, too", 0},
    {"attack-steps", KEY_ATTACK_STEPS, "N", 0, "Gradient steps of an attempt (default 10)", 0},
    {"attack-restarts", KEY_ATTACK_RESTARTS, "N", 0,
     "Starts: the model, then random ones; each with two losses (default 1)", 0},
    {"witness", KEY_WITNESS, "DIR", 0,
     "Save the parameters that break sample N as DIR/sample-N.bin", 0},
    {NULL, 0, NULL, 0, "How long runs are run:", 5},
    {"shard", KEY_SHARD, "I/N|slurm", 0,
     "Only the I-th of N parts of the samples; slurm: the part of a SLURM array's task", 0},
    {"merge", KEY_MERGE, NULL, 0, "The arguments are --json results of all shards: put them "
     "together", 0},
    {"journal", KEY_JOURNAL, "FILE", 0, "Keep every finished sample, for --resume", 0},
    {"resume", KEY_RESUME, NULL, 0, "Go on where the journal ends", 0},
    {NULL, 0, NULL, 0, "What comes out:", 6},
    {"json", KEY_JSON, "FILE", 0, "Everything, per sample too (- for standard output)", 0},
    {"csv", KEY_CSV, "FILE", 0, "The table; with --radius a line per sample (- for standard output)", 0},
    {"plot", KEY_PLOT, "FILE", 0, "The certification curve; with --radius alone, the radii (.svg, .png or .pdf)", 0},
    {"cert", KEY_CERT, "FILE", 0, "A certificate that audit checks (certs/certificate.md); for one --zeta", 0},
    {"box-out", KEY_BOX_OUT, "FILE", 0,
     "The ends of a box of --box pcm, which its certificate is about (specs/box.md)", 0},
    {"cert-detail", KEY_DETAIL, "LEVEL", 0,
     "linear proofs in --cert: full (default) or brief, without the bounds that audit can find "
     "itself: several times smaller, and longer to check", 0},
    {"claim", KEY_CLAIM, "FILE", 0,
     "What was found as a claim, beside the model (one size; specs/claim.md)", 0},
    {"promise", KEY_PROMISE, "WHAT", 0,
     "with --claim: measure and promise that, too: attack:PRESET:ZETA, "
     "mismatch:MODEL:DEVIATION:CHIPS or pcm:DEVICE:SECONDS:CHIPS", 0},
    {"min-certified", KEY_MIN_CERTIFIED, "PCT", 0,
     "Exit with 1 if less than PCT percent is certified at some zeta", 0},
    {0},
};

const char arguments_help[] =
    "Prove, for every parameter vector in a box around a model's own, that the answers on "
    "its task's samples stay right."
    "\vExamples:\n"
    "  certify model.bin --zeta 5e-4\n"
    "  certify model.bin --zeta 0,1e-5,1e-4,1e-3 --plot curve.svg --json result.json\n"
    "  certify model.bin --zeta 1e-4 --domain trace --splits 16\n"
    "  certify model.bin --radius --samples 200 --csv radii.csv\n"
    "  certify model.bin --zeta 7e-3 --samples 20 --refine\n"
    "  certify model.bin --zeta 1e-4 --samples 100:200 --engine mpfr --bits 256\n"
    "  certify model.bin --zeta 1e-5 --min-certified 80 || echo too few\n"
    "  certify model.bin --box quantised:12 --exact-bias\n"
    "  certify model.bin --box pcm:0.01@3600 --samples 50\n"
    "  certify model.bin --zeta 0.1 --attack all --witness broken\n"
    "  certify model.bin --zeta 1e-2 --sigma 2e-3 --claim claim.json\n"
    "  certify claim.json\n"
    "  certify model.bin --zeta 1e-3 --shard 2/8 --journal 2.journal --json 2.json\n"
    "  certify --merge 1.json 2.json --json all.json\n"
    "\nThe table counts, of all samples: nominal, right with the model's own parameters; "
    "certified, proven right over the whole box; falsified, a parameter vector in the box is "
    "proven wrong; unknown, neither; "
    "misclassified, wrong already.  The proof is about real arithmetic; with --digital about "
    "float32 executions as well.\n"
    "\nExit status: 0 done, 1 fewer certified than asked, 2 wrong flag, 3 unreadable or "
    "unwritable file, 4 interrupted, 5 a self-check failed.";
