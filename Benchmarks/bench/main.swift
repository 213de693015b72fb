import Nabla
let f = Function { x, y in pow(x * x + y - 11, 2) + pow(x + y * y - 7, 2) }
let e = f.evaluate([.value, .gradient, .hessian], at: Tensor(shape: [2, 2], scalars: [1, 2, 3, 4.0]))
print(e.value.scalars, e.gradient.scalars, e.hessian.scalars)
func show(_ name: String, _ f: Function, _ p: [Double]) {
  let e = f.evaluate([.value, .gradient, .hessian], at: Tensor(p))
  print(name, e.value.scalars, e.gradient.scalars, e.hessian.scalars)
}
show("pow02", Function { x, y in pow(x, y) }, [0, 2])
show("pow-12", Function { x, y in pow(x, y) }, [-1, 2])
show("guard", Function { x in select(x .> 0, log(x), 0) }, [0])
show("norm2", Function { x, y in pow(sqrt(x * x + y * y), 2) }, [0, 0])
show("norm", Function { x, y in sqrt(x * x + y * y) }, [0, 0])
show("log0x", Function { x, y in log(0 * x + y) }, [1, 0])
show("ovf", Function { x, y in x * exp(-y) }, [1, -1000])
show("hypot", Function { x, y in hypot(x, y) }, [2.2250738585072014e-308, 0])
show("acos", Function { x in acos(x) }, [1])
show("max", Function { x, y in max(x, y) }, [2, 2])
show("clamp", Function { x in min(max(x, -1), 1) }, [1])
show("sqrt", Function { x in sqrt(x) }, [0])
show("knot", Function { x in select(x .> 1, pow(x - 1, 5), pow(x - 1, 3)) }, [1])
show("tanh", Function { x in tanh(x) }, [20])
show("relu2", Function { x in relu(x) }, [0])
show("prod", Function(5) { $0.reduce(1, *) }, [1, 2, 0, 3, 4])
var rng = SystemRandomNumberGenerator()
let clock = ContinuousClock()
let ros = Function(10) { x in
  (0..<9).reduce(0 as Expr) { s, i in
    let u = x[i + 1] - x[i] * x[i]; let v = 1 - x[i]; return s + (100 * (u * u) + v * v)
  }
}
for (f, n) in [(f, 2), (ros, 10)] {
  let N = 100000
  let p = Tensor(shape: [N, n], scalars: (0..<N * n).map { _ in Double.random(in: -2...2, using: &rng) })
  print(
    "compile",
    clock.measure {
      _ = f.hessian(at: Tensor(Array(repeating: 0.5, count: n)));
      _ = f.evaluate([.value, .gradient, .hessian], at: Tensor(Array(repeating: 0.5, count: n)))
    })
  var ev = Evaluation()
  for threads in [1, 2] {
    Parallelism.threadCount = threads
    for _ in 0..<5 {
      print(threads, clock.measure { f.evaluate([.value, .gradient, .hessian], at: p, into: &ev) })
    }
  }
  let one = Tensor(Array(repeating: 0.5, count: n))
  print("1000 single", clock.measure { for _ in 0..<1000 { f.evaluate(.hessian, at: one, into: &ev) } })
}
