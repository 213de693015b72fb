// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla
import NablaKernels

/// Something of this installation that was looked at.
struct Finding {
  enum Status: String {
    case good = "ok"
    /// It works, though slower than it could.
    case slow
    case wrong
  }

  let name: String
  var status = Status.good
  let found: String
  /// What to do, unless it is good.
  var advice: String?

  static var all: [Finding] { [processor, kernels, products, eigenvalues, files] }

  private static var processor: Finding {
    let found = "\(Installation.processor); kernels: \(Installation.kernels)"
    guard InstructionSet.current == .portable else { return Finding(name: "processor", found: found) }
    let isForced = InstructionSet.allCases.contains { $0 != .portable && $0.isAvailable }
    return Finding(
      name: "processor", status: .slow, found: found,
      advice: isForced
        ? "kernels are interpreted because NABLA_ISA says so: unset it"
        : "kernels are interpreted, which is slower: machine code needs an x86-64 processor with AVX2 and FMA, and a "
          + "system that lets a process map memory as executable")
  }

  /// Machine code against the interpreter, which compute most things by the same operations: a few ulp apart.
  private static var kernels: Finding {
    let (x, y) = (Expr.variable("x"), Expr.variable("y"))
    let formulas = [
      exp(-x * x) * sin(y), x / (1 + y * y), log(1 + x * x) * tanh(y), sqrt(x * x + y * y),
    ]
    let machine = NablaKernels.compile(outputs: formulas, inputs: [x, y], as: Double.self)
    let portable = NablaKernels.compile(outputs: formulas, inputs: [x, y], as: Double.self, for: .portable)
    let count = 1001
    let columns = UnsafeMutablePointer<Double>.allocate(capacity: 2 * count)
    defer { columns.deallocate() }
    for k in 0..<2 * count { columns[k] = 4 * sin(Double(k)) }
    func results(_ kernel: any Kernel<Double>) -> [Double] {
      [Double](unsafeUninitializedCapacity: formulas.count * count) { results, size in
        kernel.run(
          count: count, inputs: (0..<2).map { InputColumn(base: columns + $0 * count, stride: 1) },
          outputs: formulas.indices.map { OutputColumn(base: results.baseAddress! + $0 * count, stride: 1) })
        size = formulas.count * count
      }
    }
    let largest = largest(
      zip(results(machine), results(portable)).map { Swift.abs($0 - $1) / Swift.max(Swift.abs($1), 1e-300) })
    let found =
      "\(count) points of \(formulas.count) formulas, largest relative difference \(Table.format(largest))"
    if largest <= 8 * Double.ulpOfOne { return Finding(name: "kernels", found: found) }
    return Finding(
      name: "kernels", status: .wrong, found: found,
      advice: "machine code and interpreter differ: set NABLA_ISA=portable, and report this output as a bug")
  }

  /// A matrix product against sums in Swift. |error| ≤ n u Σ|aᵢₖbₖⱼ| of each, with a sum of about 1 at most.
  private static var products: Finding {
    let n = 65
    let a = Tensor<Double>(shape: [n, n], scalars: (0..<n * n).map { sin(Double($0)) / 8 })
    let b = a.transposed()
    let product = matmul(a, b).scalars
    let (left, right) = (a.scalars, b.scalars)
    let errors = (0..<n * n).map { entry in
      let (i, j) = (entry / n, entry % n)
      return Swift.abs(product[entry] - (0..<n).reduce(0) { $0 + left[i * n + $1] * right[$1 * n + j] })
    }
    return blas(
      "BLAS", "\(Installation.blas); product of \(n) × \(n) matrices", largest(errors),
      Double(n) * .ulpOfOne)
  }

  /// Of the second difference, 2 − 2 cos(kπ/(n + 1)). Backward stable: |error| ≤ O(n) u ‖A‖, ‖A‖ < 4.
  private static var eigenvalues: Finding {
    let n = 40
    var scalars = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      scalars[i * n + i] = 2
      if i > 0 { (scalars[i * n + i - 1], scalars[(i - 1) * n + i]) = (-1, -1) }
    }
    let values =
      (try? LinearAlgebra.symmetricEigenvalues(Tensor(shape: [n, n], scalars: scalars)))?.scalars ?? []
    let exact = (1...n).map { 2 - 2 * cos(Double($0) * .pi / Double(n + 1)) }
    let error = values.count == n ? largest(zip(values, exact).map { Swift.abs($0 - $1) }) : .nan
    return blas("LAPACK", "eigenvalues of a \(n) × \(n) matrix", error, 4 * Double(n) * .ulpOfOne)
  }

  /// NaN where an error is: `max` would pass it over.
  private static func largest(_ errors: [Double]) -> Double {
    errors.contains(where: \.isNaN) ? .nan : errors.max() ?? 0
  }

  private static func blas(_ name: String, _ what: String, _ error: Double, _ bound: Double) -> Finding {
    let found = "\(what), largest error \(Table.format(error))"
    if error <= bound { return Finding(name: name, found: found) }
    return Finding(
      name: name, status: .wrong, found: found,
      advice:
        "the error should be below \(Table.format(bound)): this OpenBLAS computes wrongly on this processor. "
        + "Set OPENBLAS_CORETYPE=Haswell (or Prescott), or install a newer libopenblas-dev")
  }

  /// `--output` writes beside the file that it replaces.
  private static var files: Finding {
    let folder = FileManager.default.currentDirectoryPath
    if FileManager.default.isWritableFile(atPath: folder) {
      return Finding(name: "files", found: "--output can write in \(folder)")
    }
    return Finding(
      name: "files", status: .slow, found: "the folder \(folder) cannot be written",
      advice: "give --output a name in a folder of yours")
  }
}
