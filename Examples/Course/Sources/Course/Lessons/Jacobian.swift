// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let layerJacobian = Lesson("jacobian", "The Jacobian of a layer") { _ in
    print(
      """
      Of a function with several outputs the derivative is a matrix, J[i, j] = ∂yᵢ/∂xⱼ. For a layer
      y = tanh(x W + b) the chain rule gives J = diag(1 − y²) Wᵀ.

      """)
    let w: Tensor<Double> = [[0.5, -1], [0.25, 0.75], [-0.5, 0.5]]
    let b: Tensor<Double> = [0.1, -0.2]
    let x: Tensor<Double> = [1, 0.5, -1]
    let layer = { (x: TracedTensor<Double>) in tanh(matmul(x, w) + b) }

    let y = tanh(matmul(x, w) + b)
    let exact = jacobian(of: layer, at: x)
    let formula = matmul(Tensor.diagonal(1 - y * y), w.transposed())
    let differences = finiteDifferenceJacobian(
      of: { tanh(matmul(Tensor($0), w) + b).scalars }, at: x.scalars)
    print("y = \(y)\n")
    print("By automatic differentiation:\n\(exact)\n")
    print("By the formula, norm of the difference: \(size((exact - formula).norm()))")
    print("By finite differences, norm of the difference: \(size((exact - differences.value).norm()))")
    expect(exact.isApproximatelyEqual(to: formula), "the formula is the Jacobian")

    print(
      """

      The Jacobian of two layers, one after the other, is the product of theirs. Backpropagation forms none
      of them: it begins with a row of weights for the outputs and multiplies it by one Jacobian after the
      other, from the last to the first.

      """)
    let v: Tensor<Double> = [[1, -0.5], [0.5, 2]]
    let second = { (y: TracedTensor<Double>) in sigmoid(matmul(y, v)) }
    let both = jacobian(of: { second(layer($0)) }, at: x)
    let product = matmul(jacobian(of: second, at: y), exact)
    let row: Tensor<Double> = [1, -1]
    let pulled = vectorJacobianProduct(of: { second(layer($0)) }, at: x).pullback(row)
    print("Both at once, and by the product, norm of the difference: \(size((both - product).norm()))\n")
    print("[1, −1] J by the matrix  \(matmul(row, both))")
    print("        backwards        \(pulled)")
    expect(both.isApproximatelyEqual(to: product), "the Jacobian of two layers is a product")
    expect(
      pulled.isApproximatelyEqual(to: matmul(row, both)), "backpropagation is a product with the Jacobian")
  }
}
