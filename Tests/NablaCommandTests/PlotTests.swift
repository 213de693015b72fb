// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `nabla plot`, and pictures by `--output FILE.svg` of other commands.
@Suite struct PlotTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private struct PlotDocument: Decodable {
    let command: String
    let output: String
    let points: [CriticalPointDocument]
  }

  @Test("a picture of each kind", arguments: ["x^4-3*x^2", "(x^2+y-11)^2+(x+y^2-7)^2"])
  func pictures(_ text: String) throws {
    let path = scratch["p.svg"].path
    let run = try Nabla(["plot", text, "--in", "-5:5", "--output", path])
    #expect(run.status == 0 && run.output == "wrote \(path)\n" && run.errors.isEmpty)
    let svg = try scratch.text("p.svg")
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n") && svg.contains("minima"))
    let json = try Nabla(["plot", text, "--in", "-5:5", "--output", path, "--json"])
    let document = try json.document(PlotDocument.self)
    #expect(document.command == "plot" && document.output == path && document.points.count >= 3)
    // The picture of a search is the same.
    #expect(try Nabla(["classify", text, "--in", "-5:5", "--output", scratch["c.svg"].path]).status == 0)
    #expect(try scratch.text("c.svg") == svg)
  }

  @Test("paths of methods")
  func paths() throws {
    let run = try Nabla([
      "plot", "100*(y-x^2)^2+(1-x)^2", "--in", "x=-2:2,y=-1:3", "--from", "-1.2,1", "--method",
      "gradient-descent,lbfgs", "--output", scratch["p.svg"].path,
    ])
    #expect(run.status == 0)
    let svg = try scratch.text("p.svg")
    #expect(svg.contains(">gradient-descent<") && svg.contains(">lbfgs<"))
  }

  @Test("arrows along the gradient")
  func gradient() throws {
    let path = scratch["g.svg"].path
    let run = try Nabla(["plot", "x^2+y^2", "--in", "-1:1", "--gradient", "--output", path])
    #expect(run.status == 0)
    #expect(try scratch.text("g.svg").contains("class=\"arrow\""))
  }

  @Test(
    "pictures of series, integrals and draws",
    arguments: [
      (["taylor", "sin(x)", "--at", "0", "--order", "5"], [">order 1<", ">order 5<", "f = sin(x)"]),
      (["taylor", "3+0*x", "--at", "0", "--order", "5", "--over", "1:2"], [">order 0<"]),
      (["integrate", "exp(-x^2)", "--over", "x=-inf:inf"], [">∫ f = 1.7724539<", "class=\"area\""]),
      (["integrate", "exp(-x^2-y^2)", "--over=-inf:inf"], ["∫ f = 3.1415927", "evenodd"]),
      (
        ["sample", "2*log(s)-2*s", "--in", "s=0:inf", "--seed", "1"],
        [">4000 samples<", ">density<", "class=\"curve\""]
      ),
    ])
  func others(_ arguments: [String], _ parts: [String]) throws {
    let run = try Nabla(arguments + ["--output", "o.svg"], directory: scratch.url)
    #expect(run.status == 0 && run.output == "wrote o.svg\n" && run.errors.isEmpty, "\(run.errors)")
    let svg = try scratch.text("o.svg")
    for part in parts { #expect(svg.contains(part), "\(part)") }
  }

  @Test(
    "what these cannot draw is refused before the work",
    arguments: [
      (["taylor", "x*y", "--at", "0,0", "--order", "3"], "one variable"),
      (["taylor", "x", "--at", "0", "--order", "3", "--over", "1:1"], "some width"),
      (["integrate", "x*y*z", "--over", "0:1"], "one or two variables"),
      (["integrate", "x", "--over", "1:1"], "some width"),
      (["integrate", "x", "--over", "1e301:inf"], "at most 1e300"),
      (["sample", "-a^2-b^2-c^2-d^2-e1^2-f^2-g^2-h^2-i^2"], "up to 8 variables"),
      (["expect", "x", "--density", "normal(0, 1)"], "a picture is drawn by"),
    ])
  func othersRefused(_ arguments: [String], _ reason: String) throws {
    let run = try Nabla(arguments + ["--output", "o.svg"], directory: scratch.url)
    #expect(run.status == 64 && run.output.isEmpty && run.errors.contains(reason), "\(run.errors)")
    #expect(try scratch.names.isEmpty)
  }

  @Test("the convergence of methods, in any number of variables")
  func convergence() throws {
    let path = scratch["c.svg"].path
    let run = try Nabla([
      "minimize", "(x-1)^4+y^2+z^2+x*y", "--from", "1,2,3", "--method", "newton,lbfgs", "--output", path,
    ])
    #expect(run.status == 0 && run.output == "wrote \(path)\n")
    let svg = try scratch.text("c.svg")
    #expect(svg.contains(">newton<") && svg.contains(">lbfgs<") && svg.contains("|∇f|"))
  }

  @Test(
    "what cannot be drawn: exit 64, a reason, and no file",
    arguments: [
      (["x+y+z", "--in", "-1:1", "--output", "p.svg"], "one or two variables"),
      (["x^2", "--in", "-inf:1", "--output", "p.svg"], "finite bounds"),
      (["x^2", "--in", "1:1", "--output", "p.svg"], "some width"),
      (["x^2", "--in", "-1:1"], "--output"), (["x^2", "--output", "p.svg"], "--in"),
      (["x^2", "--in", "-1:1", "--output", "p.png"], ".svg"),
      (["x^2", "--in", "-1:1", "--output", "p.csv"], ".svg"),
      (["x^2", "--in", "-1:1", "--output", "p.svg", "--from", "1"], "two variables"),
      (["x^2", "--in", "-1:1", "--output", "p.svg", "--gradient"], "two variables"),
      (["x^2+y^2", "--in", "-1:1", "--output", "p.svg", "--method", "lbfgs"], "--from"),
      (["x^2+y^2", "--in", "-1:1", "--output", "p.svg", "--from", "1,1", "--method", "no"], "not known"),
    ])
  func refused(_ arguments: [String], _ reason: String) throws {
    let run = try Nabla(["plot"] + arguments, directory: scratch.url)
    #expect(run.status == 64 && run.output.isEmpty && run.errors.contains(reason), "\(run.errors)")
    #expect(try scratch.names.isEmpty)
  }

  @Test("a picture of a search is refused before the work")
  func searches() throws {
    for arguments in [["x+y+z", "--in", "-1:1"], ["x^2", "--in", "0:inf"], ["x^2", "--at", "1"]] {
      let run = try Nabla(["classify"] + arguments + ["--output", "p.svg"], directory: scratch.url)
      #expect(run.status == 64 && run.output.isEmpty && run.errors.contains("picture"))
    }
  }
}
