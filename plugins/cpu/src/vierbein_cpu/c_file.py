"""A fixed-point program -> a file of C that depends on nothing, its header and its description."""

import math
from typing import Any, Final

from vierbein.fixed_point.program import WORDS, Program
from vierbein_cpu.c_body import Body
from vierbein_cpu.c_integers import narrowest

NAME: Final = "vierbein_model"

_HEADER: Final = """\
#ifndef VIERBEIN_MODEL_H
#define VIERBEIN_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

/* Input: {num_words} words of an event, shape ({shape}), last axis fastest.
 * A word is a whole number of 2^-{fraction}, from {lowest} to {highest}; others are taken as these.
 * Slots without a particle are zeros.
 * Output: {num_outputs} numbers, shape ({output_shape}); whole numbers of 2^-{output_fraction}.
 */
#define VIERBEIN_NUM_WORDS {num_words}
#define VIERBEIN_NUM_OUTPUTS {num_outputs}
#define VIERBEIN_WORD_FRACTION {fraction}
#define VIERBEIN_OUTPUT_FRACTION {output_fraction}

typedef {word} vierbein_word;
typedef {output} vierbein_output;

/* They keep nothing between calls, and ask for no memory: any number of threads may call them. */
void vierbein_predict(const vierbein_word *words, vierbein_output *prediction);
void vierbein_predict_batch(
    const vierbein_word *words, vierbein_output *predictions, int64_t num_events);

#ifdef __cplusplus
}}
#endif

#endif
"""

_SOURCE: Final = """\
/* Integers alone: equal to the program to the last bit, with any compiler of C11. */
#include "{name}.h"

/* Compilers take half of what the widest vector registers hold unless told otherwise. */
#if defined(__AVX512BW__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("prefer-vector-width=512")
#endif

_Static_assert((-1 >> 1) == -1, "shifts to the right must keep the sign");

{constants}

#ifdef VIERBEIN_TRACE
/* The same statements; each tensor is written out, one after the other. */
#define KEEP(tensor, size) for (int k = 0; k < (size); ++k) *kept++ = (tensor)[k];
void vierbein_trace(const vierbein_word *words, vierbein_output *prediction, int64_t *kept)
#else
#define KEEP(tensor, size) (void)(tensor);
void vierbein_predict(const vierbein_word *words, vierbein_output *prediction)
#endif
{{
{statements}
}}

#ifndef VIERBEIN_TRACE
void vierbein_predict_batch(
    const vierbein_word *words, vierbein_output *predictions, int64_t num_events)
{{
    for (int64_t event = 0; event < num_events; ++event)
        vierbein_predict(
            words + event * VIERBEIN_NUM_WORDS, predictions + event * VIERBEIN_NUM_OUTPUTS);
}}
#endif
"""


def source(program: Program) -> str:
    """Write a program as C.

    Parameters
    ----------
    program
        All its bounds must lie within 64 bits.

    Returns
    -------
    str
        One file, equal for equal programs.

    Raises
    ------
    NotGeneratedError
        Names the operation that has no counterpart, or whose numbers may need more than 64 bits.
    """
    body = Body(program)
    statements = "\n".join(f"    {line}" for line in body.statements)
    return _SOURCE.format(name=NAME, constants="\n".join(body.constants), statements=statements)


def header(program: Program) -> str:
    """Write the header of what `source` writes."""
    said = describe(program)
    (words,), (prediction,) = said["inputs"], said["outputs"]
    return _HEADER.format(
        num_words=math.prod(words["shape"][1:]),
        shape=", ".join(str(each) for each in words["shape"][1:]),
        fraction=words["num_fraction"],
        lowest=words["lowest"],
        highest=words["highest"],
        word=words["type"],
        num_outputs=math.prod(prediction["shape"][1:]),
        output_shape=", ".join(str(each) for each in prediction["shape"][1:]),
        output_fraction=prediction["num_fraction"],
        output=prediction["type"],
    )


def describe(program: Program) -> dict[str, Any]:
    """Describe a program's interface as plain data.

    Parameters
    ----------
    program
        That was written as C.

    Returns
    -------
    dict
        Types, shapes and formats of input and output, and the tensors that a trace gives.
    """
    grid = program.format
    result = program.bounds[program.output]
    lowest, highest = int(result.lowest.min()), int(result.highest.max())
    return {
        "version": 1,
        "functions": ["vierbein_predict", "vierbein_predict_batch"],
        "inputs": [
            {
                "name": WORDS,
                "type": narrowest(grid.lowest, grid.highest),
                "shape": ["event", *program.shape],
                "is_signed": grid.is_signed,
                "num_bits": grid.num_bits,
                "num_fraction": grid.num_fraction,
                "unit": "value = word * 2^-num_fraction",
                "lowest": grid.lowest,
                "highest": grid.highest,
                "saturation": "words beyond the ends are taken as the ends",
                "padding": "zeros in empty slots, which count",
            }
        ],
        "outputs": [
            {
                "name": "prediction",
                "type": narrowest(lowest, highest, 32),
                "shape": ["event", *program.shape_of(program.output)],
                "num_fraction": result.num_fraction,
                "unit": "value = number * 2^-num_fraction",
                "lowest": lowest,
                "highest": highest,
                "saturation": "none needed: every number fits",
            }
        ],
        "tensors": [
            {
                "name": each.name,
                "shape": list(program.shape_of(each.name)),
                "num_fraction": program.bounds[each.name].num_fraction,
            }
            for each in program.operations
        ],
    }
