// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaTensors

/// What a model's outputs mean: the distribution whose parameters they are.
public enum OutputDistribution: Sendable {
  /// A row of outputs [N, k] is the logits of k classes.
  case categorical
  /// Each output is the logit of a probability.
  case bernoulli
  /// Each output is the mean of a normal distribution of this variance.
  case normal(variance: Double)
}

/// The Fisher information matrix of a model on N examples, 1/N Σ Jᵢᵀ Fᵢ Jᵢ, where Jᵢ are the derivatives of example i's
/// outputs by the parameters and Fᵢ is the information of the output distribution: diag(p) − p pᵀ, p(1 − p), or
/// 1/variance. For these distributions it is also the generalised Gauss–Newton matrix of the mean negative
/// log-likelihood.
///
/// Shape [p, p] for p numbers in all of the parameters' tensors, in the order of their leaves.
///
/// For small models: p forward sweeps, and memory for N · k · p numbers.
///
/// - Parameters:
///   - outputs: of the model for all examples, [N] or [N, k].
///   - parameters: of the model, n numbers in all.
///   - distribution: of an observation, given the outputs.
/// - Source: Amari, "Natural gradient works efficiently in learning", Neural Computation 10 (1998); Martens, "New
///   insights and perspectives on the natural gradient method", JMLR 21 (2020), sections 6 and 9.
public func fisherMatrix<P: TensorTree, Failure: Error>(
  of outputs: (P.Traced) throws(Failure) -> TracedTensor<P.Scalar>, at parameters: P,
  distribution: OutputDistribution
) throws(Failure) -> Tensor<P.Scalar> {
  typealias S = P.Scalar
  // [p, N, k]: the derivative of all outputs along each parameter.
  let (values, derivatives) = try outputsAndDerivatives(of: outputs, at: parameters)
  precondition(
    values.rank == 1 || values.rank == 2,
    "A Fisher matrix needs outputs [N] or [N, k] of a model; these have shape \(values.shape).")
  let count = values.shape[0]
  let p = derivatives.shape[0]
  // A root R of each Fᵢ, so that the matrix is a product of one factor with itself, and positive semidefinite.
  let rooted: Tensor<S>
  switch distribution {
  case .normal(let variance):
    precondition(variance > 0, "A variance of \(variance) is not positive.")
    rooted = derivatives * S((1 / variance).squareRoot())
  case .bernoulli:
    rooted = derivatives * sqrt(sigmoid(values) * sigmoid(-values))
  case .categorical:
    precondition(values.rank == 2, "Logits of classes have shape [N, k], not \(values.shape).")
    // diag(p) − p pᵀ = R Rᵀ with R = (I − p 1ᵀ) diag(√p): Rᵀ J = √p (J − Σ p J).
    let share = softmax(values, axis: -1)
    rooted = (derivatives - (derivatives * share).sum(axis: -1, keepingDims: true)) * sqrt(share)
  }
  let factor = rooted.reshaped([p, rooted.count / Swift.max(p, 1)])
  return matmul(factor, factor.transposed()) / S(count)
}

/// The natural gradient F⁻¹ g, or (F + λ I)⁻¹ g with damping λ, in the structure of the parameters: the direction of
/// steepest ascent where distance is measured between the model's distributions, and so independent of how the model
/// is parametrised.
///
/// - Throws: `LinearAlgebraError.notPositiveDefinite` where F is singular, as for a model with more
///   parameters than the data determine: give a damping.
public func naturalGradient<P: TensorTree>(
  _ gradient: P, fisher: Tensor<P.Scalar>, damping: P.Scalar = 0
) throws(LinearAlgebraError) -> P {
  let leaves = gradient.leaves
  let flat = Tensor.concatenate(leaves.map { $0.flattened() })
  precondition(
    fisher.shape == [flat.count, flat.count],
    "A gradient of \(flat.count) numbers needs a Fisher matrix [\(flat.count), \(flat.count)], not \(fisher.shape)."
  )
  let damped = fisher + Tensor.identity(flat.count) * damping
  let step = try LinearAlgebra.solvePositiveDefinite(damped, flat)
  var start = 0
  return gradient.replacingLeaves(
    with: leaves.map { leaf in
      defer { start += leaf.count }
      return step[start..<start + leaf.count].reshaped(leaf.shape)
    })
}
