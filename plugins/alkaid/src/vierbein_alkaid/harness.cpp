// Clocks a pipelined module with one row of input words a cycle, and keeps what it gives after each
// rising edge. Usage: simulate INPUT OUTPUT; both are rows of 32-bit words, lowest bits first.
#include <cstdint>
#include <fstream>
#include <iterator>
#include <type_traits>
#include <vector>

#include "Vtop.h"
#include "verilated.h"

template <class Port>
constexpr std::size_t words() {
    return (sizeof(Port) + 3) / 4;
}

template <class Port>
void drive(Port& port, const std::uint32_t* row) {
    if constexpr (std::is_integral_v<Port>) {
        std::uint64_t value = row[0];
        if constexpr (words<Port>() == 2) value |= std::uint64_t{row[1]} << 32;
        port = static_cast<Port>(value);
    } else {
        for (std::size_t i = 0; i < words<Port>(); ++i) port[i] = row[i];
    }
}

template <class Port>
void sample(const Port& port, std::vector<std::uint32_t>& rows) {
    if constexpr (std::is_integral_v<Port>) {
        const auto value = static_cast<std::uint64_t>(port);
        rows.push_back(static_cast<std::uint32_t>(value));
        if constexpr (words<Port>() == 2) rows.push_back(static_cast<std::uint32_t>(value >> 32));
    } else {
        for (std::size_t i = 0; i < words<Port>(); ++i) rows.push_back(port[i]);
    }
}

int main(int count, char** arguments) {
    if (count != 3) return 2;
    std::ifstream input(arguments[1], std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(input), {}};
    const auto* given = reinterpret_cast<const std::uint32_t*>(bytes.data());

    VerilatedContext context;
    Vtop top{&context};
    using Input = std::remove_reference_t<decltype(top.model_inp)>;
    constexpr std::size_t width = words<Input>();
    if (bytes.empty() || bytes.size() % (4 * width) != 0) return 3;

    std::vector<std::uint32_t> found;
    for (std::size_t cycle = 0; cycle < bytes.size() / (4 * width); ++cycle) {
        drive(top.model_inp, given + cycle * width);
        top.clk = 0;
        top.eval();
        top.clk = 1;
        top.eval();
        sample(top.model_out, found);
    }
    top.final();

    std::ofstream output(arguments[2], std::ios::binary);
    output.write(reinterpret_cast<const char*>(found.data()),
                 static_cast<std::streamsize>(4 * found.size()));
    output.close();
    return output ? 0 : 4;
}
