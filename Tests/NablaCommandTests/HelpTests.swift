// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The help is an interface too: a change of it should be seen.
@Suite struct HelpTests {
  private static let names = [
    "classify", "evaluate", "differentiate", "taylor", "integrate", "expect", "divergence", "sample",
    "minimize", "fit",
    "plot",
  ]

  @Test("the main help")
  func main() throws {
    let run = try Nabla(["--help"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        OVERVIEW: Exact derivatives and what they are for: critical points, minima,
        fits, integrals.

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

        Expressions: numbers, + - * / ^ (which binds tighter than a minus before it and
        associates to the right), parentheses, the constants pi, e and inf, and the
        functions sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos
        atan atan2 sinh cosh tanh asinh acosh atanh erf erfc lgamma abs sign floor ceil
        min max hypot pow sigmoid softplus relu sinc xlogy stop_gradient polygamma(n,
        x) sinc_derivative(n, x) and where(condition, a, b). Every other name is a
        variable. A product is written with *: 2*x.

        An expression, a point or a range may begin with a minus: only -h and words
        that begin with two minuses and a letter are options.

        Exit status: 0 done; 1 the computation did not succeed, and what was found is
        printed; 64 the command line or the expression is malformed; 65 a data file is
        malformed; 66 a file cannot be read; 73 one cannot be written.

        USAGE: nabla <command> <expression> [<options>]

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          classify                Classify points, or find and classify the critical
                                  points in a box.
          evaluate                Compute values and derivatives at points.
          differentiate           Print the derivatives of an expression as formulas.
          taylor                  Compute the Taylor coefficients at a point, of one
                                  variable or several.
          integrate               Compute a definite integral with an estimate of its
                                  error.
          expect                  Compute the expectation and variance of a function of
                                  a random variable.
          divergence              Compute Kullback-Leibler and Jensen-Shannon
                                  divergences of two densities.
          sample                  Draw from the distribution of a log density by
                                  Hamiltonian Monte Carlo.
          minimize                Find a local minimum from a start.
          fit                     Fit a model to data by least squares.
          plot                    Draw a function of one or two variables with its
                                  critical points.
          doctor                  Check that processor, memory and BLAS do what Nabla
                                  needs.

          See 'nabla help <subcommand>' for detailed help.

        """)
  }

  @Test(
    "the main help names every command and what it does",
    arguments: HelpTests.names)
  func commands(_ name: String) throws {
    #expect(try Nabla(["--help"]).output.contains("\n  \(name) "))
    let help = try Nabla([name, "--help"])
    #expect(help.output.contains("USAGE: nabla \(name) <expression>"))
    #expect(help.output.contains("  nabla \(name) "))
    for option in ["--variables", "--json", "--output"] { #expect(help.output.contains("\n  \(option)")) }
  }

  @Test(
    "the examples of the help run",
    arguments: HelpTests.names + ["doctor"])
  func examples(_ name: String) throws {
    let scratch = try Scratch()
    _ = try scratch.file("points.csv", "x\n0\n0.5\n")
    _ = try scratch.file("data.csv", "x,y\n0,1\n1,2.9\n2,5.2\n3,6.8\n")
    _ = try scratch.file("starts.csv", "x,y\n0.1,0.1\n0.6,0.8\n")
    let lines = try Nabla([name, "--help"]).output.split(separator: "\n")
    let examples = lines.filter { $0.hasPrefix("  nabla ") }
    #expect(examples.count >= 2)
    for example in examples {
      let words = example.split(separator: "   ")[0].split(separator: "\"", omittingEmptySubsequences: false)
      let arguments = words.enumerated().flatMap { index, part in
        index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
      }
      let run = try Nabla(Array(arguments.dropFirst()), directory: scratch.url)
      #expect(run.status == 0, "\(example): \(run.errors)")
    }
  }

  @Test("the manual page has every command and option: it is made by `swift package generate-manual`")
  func manual() throws {
    let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
    let page = try String(contentsOf: root.appendingPathComponent("Scripts/nabla.1"), encoding: .utf8)
    for name in Self.names + ["doctor"] {
      #expect(page.contains(".It Em \(name)\n"))
      for line in try Nabla([name, "--help"]).output.split(separator: "\n") where line.hasPrefix("  --") {
        let option = line.dropFirst(4).prefix { $0.isLetter || $0 == "-" }
        #expect(page.contains("Fl -\(option)"), "--\(option) of \(name)")
      }
    }
  }
}
