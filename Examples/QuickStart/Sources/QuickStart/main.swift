// SPDX-License-Identifier: Apache-2.0

import Nabla

let f = Function { x, y in pow(x * x + y - 11, 2) + pow(x + y * y - 7, 2) }
print(f(1, 2), f.gradient(at: [1, 2]))
print(f.hessian(at: [1, 2]))

// A million random points: value, gradient and Hessian in one pass.
var generator = SeededGenerator(seed: 1)
let points = Tensor<Double>.uniform([1_000_000, 2], in: -5..<5, using: &generator)
let all = f.evaluate([.value, .gradient, .hessian], at: points)
print(all.value.shape, all.gradient.shape, all.hessian.shape, all.value.min())

print(f.classify(at: [[3, 2], [1, 2]]).map(\.kind.rawValue))
let box = try Box(lower: [-5, -5], upper: [5, 5])
for p in f.criticalPoints(in: box).points { print(p.kind, Tensor(p.point), Tensor(p.eigenvalues)) }

let best = minimize(f, from: [0, 0])
print(best.point, best.value, best.reason)

let g = try Expr(parsing: "exp(-x^2) * sin(y)")
print(g.derivative(by: .variable("x")))
