# table.awk -- the table of bench/run out of "name value" lines, ours and the peers'.

function asked(job) { return index(" " wanted " ", " " job " ") }

function line(job, mine, other, bar, aim) {
    printf "%-52s %11.3f %11.3f %8.2fx  %-9s %s\n", job, 1e3 * mine, 1e3 * other, other / mine,
           bar, aim
}

function heading(first, second, third, fourth) {
    printf "\n%-52s %11s %11s %9s  %-9s %s\n", first, second, third, fourth, "bar", "aim"
}

function kernel(job, name, aim,    peak) {
    peak = useful["peak"] / seconds["peak"]
    printf "%-52s %11.1f %9.0f %% %9.0f %%  %s\n", job, useful[name] / seconds[name] / 1e9,
           100 * useful[name] / seconds[name] / peak, 100 * dense[name] / seconds[name] / peak, aim
}

function speedup(job, name, theirs,    mine, foreign, other, ratio, remark) {
    mine = ours["threads-" name "-wall"]
    foreign = ours["threads-" name "-foreign"]
    other = ratio = "-"
    if (theirs in peer) {
        other = sprintf("%.3f", 1e3 * peer[theirs])
        ratio = sprintf("%.2fx", peer[theirs] / mine)
    }
    if (foreign > 0.03)
        remark = sprintf("SPEED-UP NOT USABLE: others used %.2f processors", foreign)
    printf "%-52s %11.3f %8.2fx  %-5s %-6s %11s %9s  %s\n", job, 1e3 * mine,
           ours["threads-" name], "1.8x", "1.95x", other, ratio, remark
}

FNR == NR && sub(/^kernel-/, "") {
    if ($1 != "peak")
        kernels = kernels " " $1
    seconds[$1] = $2; useful[$1] = $3; dense[$1] = $4
    next
}
FNR == NR { ours[$1] = $2; next }
{ peer[$1] = $2 }

END {
    if (asked("prover")) {
        heading("bounds of one sample, CPU time on one core", "ours [ms]", "other [ms]", "ratio")
        for (b = 1; b <= 128; b = b == 1 ? 32 : 4 * b)
            line("CNN box, zeta 1e-4; PyTorch batch " b, ours["cnn-box"], peer["cnn-box-" b],
                 b == 1 ? "1.8x" : "", "")
        line("CNN box, zeta 1e-4; our mpfr, 128 bits", ours["cnn-box"], ours["cnn-box-mpfr"],
             "500x", "")
        split("1e-05 0.001", zetas, " ")
        for (i = 1; i <= 2; i++) {
            z = zetas[i]
            line("LSNN box, zeta " z "; PyTorch batch 1", ours["lsnn-box-" z],
                 peer["lsnn-box-1-" z], i == 1 ? "25x" : "", "")
            line("LSNN box, zeta " z "; PyTorch batch 100", ours["lsnn-box-" z],
                 peer["lsnn-box-100-" z], i == 1 ? "2.5x" : "", "")
        }
        line("LSNN box, zeta 1e-05; our mpfr, 128 bits", ours["lsnn-box-1e-05"],
             ours["lsnn-box-mpfr"], "", "")
    }
    if (asked("cnn") || asked("lsnn") || asked("resnet"))
        heading("training step, CPU time on one core", "ours [ms]", "PyTorch", "ratio")
    if (asked("cnn")) {
        line("CNN, batch 128", ours["cnn-step-plain"], peer["cnn-step-plain"], "2.0x", "2.8x")
        line("CNN with 10 attack steps, batch 128", ours["cnn-step-attacked"],
             peer["cnn-step-attacked"], "2.0x", "2.7x")
    }
    if (asked("lsnn")) {
        split("ecg causal6 speech", shapes, " ")
        split("T 100, 2 inputs|T 100, 6 inputs|T 98, 40 inputs", sizes, "|")
        for (i = 1; i <= 3; i++) {
            name = "lsnn-step-" shapes[i]
            line(sprintf("LSNN %s, %s, batch 100, %.1f %% spikes", shapes[i], sizes[i],
                         100 * ours[name "-rate"]), ours[name], peer[name], "2.0x", "4x")
        }
    }
    if (asked("resnet")) {
        line("ResNet32, batch 256; PyTorch channels_last", ours["resnet-step"],
             peer["resnet-step-last"], "1.0x", "1.3x")
        line("ResNet32, batch 256; PyTorch NCHW", ours["resnet-step"], peer["resnet-step-nchw"],
             "", "")
        printf "ResNet32, images per second: %.0f ours, %.0f PyTorch channels_last\n",
               256 / ours["resnet-step"], 256 / peer["resnet-step-last"]
    }
    if (asked("chips")) {
        heading("a chip with mismatch, test part, one core", "ours [ms]", "PyTorch", "ratio")
        line("CNN", ours["chip-fmnist"], peer["chip-fmnist"], "3.0x", "")
        line("LSNN ecg", ours["chip-ecg"], peer["chip-ecg"], "3.0x", "")
    }
    if (asked("kernels")) {
        printf "\n%-52s %11s %11s %11s  %s\n", "kernel, one core, share of its FMA peak", "GFLOP/s",
               "useful", "if dense", "aim"
        printf "%-52s %11.1f %9d %%\n", "peak, measured",
               useful["peak"] / seconds["peak"] / 1e9, 100
        for (i = 1; i <= split(kernels, list, " "); i++)
            kernel(list[i], list[i], dense[list[i]] == useful[list[i]] ? "60 %" : "")
        print "useful: operations on what is not known to be zero; if dense: as if all were done"
    }
    if (asked("threads")) {
        printf "\n%-52s %11s %9s  %-5s %-6s %11s %9s\n",
               "training step on two threads, wall time", "ours [ms]", "speed-up", "bar", "aim",
               "PyTorch", "ratio"
        speedup("CNN, batch 128", "cnn", "two-cnn-step-plain")
        speedup("CNN with 10 attack steps, batch 128", "cnn-attacked", "two-cnn-step-attacked")
        speedup("LSNN ecg, batch 100", "lsnn-ecg", "two-lsnn-step-ecg")
        speedup("LSNN speech, batch 100", "lsnn-speech", "two-lsnn-step-speech")
        speedup("ResNet32, batch 256; PyTorch channels_last", "resnet", "two-resnet-step-last")
        if (peer["two-foreign"] > 0.03)
            printf "PYTORCH ON TWO THREADS NOT USABLE: others used %.2f processors\n",
                   peer["two-foreign"]
    }
}
