// SPDX-License-Identifier: Apache-2.0

import Testing
import TestSupport

@testable import NablaCalculus
import NablaExpressions

@Suite struct FunctionSourceTests {
  @Test func quantitiesInC() throws {
    let f = try Function(parsing: "a*x^2 + int", variables: ["x", "int"], parameters: ["a"])
    #expect(
      try f.cSource(name: "f", quantities: [.value, .gradient, .hessian]) == """
        #include <math.h>

        // value, gradient, hessian of a function of 2 variables, by Nabla.
        // int_ is the variable "int".
        void f(const double *variables, const double *parameters, double *value, double *gradient, \
        double *hessian)
        {
          (void)variables;
          (void)parameters;
          const double x = variables[0];
          const double int_ = variables[1];
          const double a = parameters[0];
          const double t1 = x * x;
          const double t2 = a * t1;
          const double t3 = t2 + int_;
          const double t4 = a * x;
          const double t5 = 2.0 * t4;
          const double t6 = 2.0 * a;
          value[0] = t3;
          gradient[0] = t5;
          gradient[1] = 1.0;
          hessian[0] = t6;
          hessian[1] = 0.0;
          hessian[2] = 0.0;
          hessian[3] = 0.0;
        }

        """)
  }

  @Test func quantitiesInSwift() throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    let f = Function([x * y, y], of: [x, y])
    #expect(
      try f.swiftSource(name: "f", quantities: [.value, .jacobian]) == """
        import Foundation

        // value, jacobian of a function of 2 variables, by Nabla.
        func f(_ variables: [Double]) -> (value: [Double], jacobian: [[Double]]) {
          precondition(variables.count == 2)
          let x = variables[0]
          let y = variables[1]
          let t1 = x * y
          return ([t1, y], [[y, x], [0.0, 1.0]])
        }

        """)
  }

  /// Every quantity compiles without warnings and is right where it is easy to know.
  @Test(.enabled(if: Compiler.c != nil)) func everyQuantityCompiles() throws {
    let f = try Function(parsing: "x^2 + 3*y^2 - where(x < 5, x*y, inf)")
    let source = try f.cSource(
      name: "f",
      quantities: [
        .value, .gradient, .jacobian, .hessian, .compactHessian, .compactJacobian, .newtonStep, .index,
      ])
    let main = """
      #include <stdio.h>
      int main(void) {
        double x[2] = {1, 2}, a, g[2], j[2], h[4], ch[3], cj[2], s[2], i;
        f(x, &a, g, j, h, ch, cj, s, &i);
        printf("%g %g %g %g %g %g %g %g %g\\n", a, g[0], g[1], j[1], h[0], h[1], s[0], s[1], i);
        return 0;
      }
      """
    let output = try #require(Compiler.c).output(
      of: source + main, fileType: "c", arguments: ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O2", "-lm"])
    #expect(output == "11 0 11 11 2 -1 -1 -2 0\n")
  }

  @Test func whatCannotBeWritten() throws {
    let f = try Function(parsing: "lgamma(x)")
    #expect(throws: SourceError.unsupportedOperation(.polygamma)) {
      try f.cSource(name: "f", quantities: .gradient)
    }
    #expect(try f.swiftSource(name: "f").contains("lgamma(x).0"))
    #expect(throws: SourceError.invalidName("gradient")) {
      try f.cSource(name: "gradient", quantities: [.value, .gradient])
    }
  }

  @Test func latex() throws {
    let f = try Function(parsing: "a*x1^2", variables: ["x1", "theta"], parameters: ["a"])
    #expect(f.latex == "f\\left(x_{1}, \\theta; a\\right) = a x_{1}^{2}")
    let list = Function(f.outputs + [1], of: f.variables, parameters: f.parameters)
    #expect(list.latex.hasSuffix("= \\begin{pmatrix} a x_{1}^{2} \\\\ 1 \\end{pmatrix}"))
  }
}
