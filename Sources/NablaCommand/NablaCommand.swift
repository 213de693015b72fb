// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The root command.
struct NablaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nabla",
    abstract: "Exact derivatives and what they are for: critical points, minima, fits, integrals.",
    usage: "nabla <command> <expression> [<options>]",
    discussion: """
      Examples:
        nabla classify "(x^2+y-11)^2+(x+y^2-7)^2" --in x=-5:5,y=-5:5
        nabla classify "x^2-y^2" --at 0,0
        nabla evaluate "x*exp(-y)" --at x=1,y=2 --outputs value,gradient,hessian
        nabla differentiate "sin(x)*y^2" --order 2
        nabla taylor "exp(x)*cos(x)" --at 0 --order 8
        nabla integrate "exp(-x^2)" --over x=-inf:inf
        nabla expect "exp(x)" --density "normal(0, 1)"
        nabla divergence "normal(0, 1)" "student(3)"
        nabla sample "-x^2/2-(y-x)^2" --seed 1
        nabla minimize "100*(y-x^2)^2+(1-x)^2" --from x=-1.2,y=1
        nabla fit "a+b*x" --data data.csv --response y --start a=0,b=0
        nabla plot "(x^2+y-11)^2+(x+y^2-7)^2" --in -5:5 --output contours.svg

      Expressions: numbers, + - * / ^ (which binds tighter than a minus before it and associates to the \
      right), parentheses, the constants pi, e and inf, and the functions sqrt cbrt exp exp2 expm1 log log2 \
      log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc lgamma abs sign \
      floor ceil min max hypot pow sigmoid softplus relu sinc xlogy stop_gradient polygamma(n, x) \
      sinc_derivative(n, x) and where(condition, a, b). Every other name is a variable. A product is written \
      with *: 2*x.

      An expression, a point or a range may begin with a minus: only -h and words that begin with two minuses \
      and a letter are options.

      Exit status: 0 done; 1 the computation did not succeed, and what was found is printed; 64 the command \
      line or the expression is malformed; 65 a data file is malformed; 66 a file cannot be read; 73 one \
      cannot be written.
      """,
    version: Installation.version,
    subcommands: [
      ClassifyCommand.self,
      EvaluateCommand.self,
      DifferentiateCommand.self,
      TaylorCommand.self,
      IntegrateCommand.self,
      ExpectCommand.self,
      DivergenceCommand.self,
      SampleCommand.self,
      MinimizeCommand.self,
      FitCommand.self,
      PlotCommand.self,
      DoctorCommand.self,
    ])

  /// The words by which the commands are called.
  static let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
}
