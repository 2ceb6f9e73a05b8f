// The sum of N arguments after DEPTH cycles, for simulation: FINN's own module of this name and
// with these ports holds a constant function inside a generate block, which Verilator refuses.
module add_multi
  import mvu_pkg::*;
#(
    int unsigned N,
    int unsigned DEPTH,
    int unsigned ARG_WIDTH,
    int ARG_LO = 0,
    int ARG_HI = 0,
    bit RESET_ZERO = 1,
    localparam int unsigned SUM_WIDTH = sumwidth(N, ARG_WIDTH, ARG_LO, ARG_HI)
) (
    input logic clk,
    input logic rst,
    input logic en,
    input logic [ARG_WIDTH-1:0] arg[N],
    output logic [SUM_WIDTH-1:0] sum
);
  // As many registers as the adder tree has levels stand still while en is low; those behind it,
  // which only delay, do not.
  localparam int unsigned LEVELS = N > 1 ? $clog2(N) : 0;
  localparam int unsigned HELD = LEVELS < DEPTH ? LEVELS : DEPTH;

  logic [SUM_WIDTH-1:0] total;
  always_comb begin
    total = '0;
    for (int unsigned i = 0; i < N; i++) begin
      if (ARG_LO < 0) total += SUM_WIDTH'($signed(arg[i]));
      else total += SUM_WIDTH'(arg[i]);
    end
  end

  if (DEPTH == 0) begin : direct
    assign sum = total;
  end else begin : delayed
    logic [SUM_WIDTH-1:0] stages[DEPTH] = '{default: '0};
    always_ff @(posedge clk) begin
      for (int unsigned i = 0; i < DEPTH; i++) begin
        if (rst) stages[i] <= '0;
        else if (en || i >= HELD) stages[i] <= i == 0 ? total : stages[i-1];
      end
    end
    assign sum = stages[DEPTH-1];
  end
endmodule
