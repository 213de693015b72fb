// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let taylor = Lesson("taylor", "Taylor polynomials of sin") { pictures in
    print(
      """
      Derivatives at one point say what the function is near it: f(a + h) ≈ Σ f⁽ᵏ⁾(a) hᵏ / k!.
      For sin at 0 the even terms vanish:

      """)
    let f = try Function(parsing: "sin(x)")
    let orders = [1, 3, 5, 7]
    let polynomials = try orders.map { try f.taylorPolynomial(at: 0, order: $0) }
    for (order, polynomial) in zip(orders, polynomials) {
      print("  order \(order): \(polynomial.formatted { short($0, 5) })")
    }

    print("\nThe error |p(h) − sin(h)|:\n")
    let distances = [0.1, 0.5, 1, 2]
    var table = Table(["h", "sin(h)"] + orders.map { "order \($0)" }, leading: 0)
    for h in distances {
      table.row([short(h), fixed(f(h), 9)] + polynomials.map { size($0(h) - f(h)) })
    }
    print(table)
    print(
      """
      Each order more gains much where h is small, and less where it is not. To halve h divides the error
      of order n by about 2ⁿ⁺², as the next term, of order n + 1, is zero.

      Lagrange's remainder bounds the error without knowing it. It is proven, by interval arithmetic:

      """)
    var bounds = Table(["h"] + orders.map { "order \($0)" }, leading: 0)
    for h in distances {
      // The polynomials of order n and n + 1 are the same; the remainder of the latter is smaller.
      let remainders = try orders.map { try f.taylorRemainder(at: 0, order: $0 + 1, over: 0...h).bound }
      bounds.row([short(h)] + remainders.map { size($0) })
      for (polynomial, bound) in zip(polynomials, remainders) {
        expect(abs(polynomial(h) - f(h)) <= bound + 1e-16, "the error at \(h) is within its bound")
      }
    }
    print(bounds)

    print(
      """
      The series of sin converges everywhere. That of 1/(1 + x²) does not, though the function is smooth
      on the whole line:

      """)
    let g = try Function(parsing: "1/(1+x^2)")
    var divergence = Table(["x", "1/(1+x²)", "order 4", "order 8", "order 16", "order 32"], leading: 0)
    for x in [0.5, 0.9, 1.1, 1.5] {
      let values = try [4, 8, 16, 32].map { try g.taylorPolynomial(at: 0, order: $0)(x) }
      divergence.row([short(x), fixed(g(x), 6)] + values.map { short($0) })
    }
    print(divergence)
    let radius = try g.radiusOfConvergence(at: 0) ?? .infinity
    print(
      """
      The radius of convergence is \(short(radius)), the distance of the poles ±i: beyond it more terms make it worse.
      """)
    expect(abs(radius - 1) < 1e-6, "the radius of convergence is 1")

    let x = Tensor.linspace(-5.0, 5, count: 201).scalars
    let plot = LinePlot(
      [.init(name: "sin", points: x.map { ($0, f($0)) })]
        + zip(orders, polynomials).map { order, p in
          .init(name: "order \(order)", points: x.map { ($0, p($0)) })
        }, names: ("x", "f"), title: "sin and its Taylor polynomials at 0", heights: -3...3)
    try pictures?.save(plot.svg, as: "taylor")
  }
}
