// Feeds a stream into the stitched layers, as fast as they take it, and writes what comes out.
// Arguments: beats in, beats out, words of 32 bits of each, cycles without any output that end it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <vector>

#include "Vvierbein_finn_top.h"
#include "verilated.h"

template <class Port>
void put(Port& port, const uint32_t* words, int num_words) {
  if constexpr (std::is_integral_v<Port>) {
    uint64_t value = words[0];
    if (num_words > 1) value |= uint64_t(words[1]) << 32;
    port = Port(value);
  } else {
    for (int i = 0; i < num_words; i++) port[i] = words[i];
  }
}

template <class Port>
void get(const Port& port, uint32_t* words, int num_words) {
  if constexpr (std::is_integral_v<Port>) {
    for (int i = 0; i < num_words; i++) words[i] = uint32_t(uint64_t(port) >> (32 * i));
  } else {
    for (int i = 0; i < num_words; i++) words[i] = port[i];
  }
}

int main(int, char** arguments) {
  const long num_in = atol(arguments[1]), num_out = atol(arguments[2]);
  const int words_in = atoi(arguments[3]), words_out = atoi(arguments[4]);
  const long patience = atol(arguments[5]);
  std::vector<uint32_t> given(size_t(num_in) * words_in), found(words_out);
  std::vector<int64_t> taken_at, given_at;
  FILE* input = fopen("input.bin", "rb");
  FILE* output = fopen("output.bin", "wb");
  if (!input || !output) return 2;
  if (fread(given.data(), 4, given.size(), input) != given.size()) return 2;

  Vvierbein_finn_top top;
  auto step = [&] {
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
  };
  top.clk = 0;
  top.rst_n = 0;
  top.in_valid = 0;
  top.out_ready = 1;
  for (int i = 0; i < 16; i++) step();
  top.rst_n = 1;
  for (int i = 0; i < 64; i++) step();  // the weight memories fill their pipelines

  long next = 0, come = 0, silent = 0;
  for (int64_t cycle = 0; come < num_out && silent < patience; cycle++, silent++) {
    top.in_valid = next < num_in;
    if (next < num_in) put(top.in_data, &given[size_t(next) * words_in], words_in);
    top.eval();
    const bool is_taken = top.in_valid && top.in_ready, is_given = top.out_valid;
    if (is_given) {
      get(top.out_data, found.data(), words_out);
      fwrite(found.data(), 4, words_out, output);
      given_at.push_back(cycle);
      come++;
      silent = 0;
    }
    if (is_taken) {
      taken_at.push_back(cycle);
      next++;
    }
    step();
  }
  fclose(output);
  FILE* cycles = fopen("cycles.bin", "wb");
  fwrite(taken_at.data(), 8, taken_at.size(), cycles);
  fwrite(given_at.data(), 8, given_at.size(), cycles);
  fclose(cycles);
  if (come < num_out) {
    printf("%ld of %ld outputs came, then none for %ld cycles\n", come, num_out, patience);
    return 3;
  }
  return 0;
}
