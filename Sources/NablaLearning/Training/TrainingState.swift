// SPDX-License-Identifier: Apache-2.0

internal import NablaOptimization
public import NablaTensors

/// Where training stands between two epochs.
struct TrainingState<Scalar: TensorScalar> {
  var leaves: [Tensor<Scalar>]
  private(set) var bestLeaves: [Tensor<Scalar>]
  private(set) var epochs: [TrainingEpoch] = []
  private var bestLoss = Double.infinity
  /// Epochs since the best one.
  private(set) var staleEpochs = 0

  init(leaves: [Tensor<Scalar>]) {
    self.leaves = leaves
    bestLeaves = leaves
  }

  mutating func endEpoch(loss: Double, validationLoss: Double?, minimumImprovement: Double) -> TrainingEpoch {
    let score = validationLoss ?? loss
    let isBest = score < bestLoss - (bestLoss.isFinite ? minimumImprovement : 0)
    append(TrainingEpoch(number: epochs.count, loss: loss, validationLoss: validationLoss, isBest: isBest))
    if isBest { bestLeaves = leaves }
    return epochs[epochs.count - 1]
  }

  private mutating func append(_ epoch: TrainingEpoch) {
    epochs.append(epoch)
    if epoch.isBest {
      bestLoss = epoch.validationLoss ?? epoch.loss
      staleEpochs = 0
    } else {
      staleEpochs += 1
    }
  }
}

/// Why a checkpoint was not used.
public enum TrainingCheckpointError: Error, Equatable, CustomStringConvertible {
  /// The file exists and is no checkpoint, or not all of one.
  case malformed(file: String, reason: String)
  /// The parameters in it have other shapes, or the update rule remembers something else.
  case otherModel(file: String, reason: String)
  /// It cannot be read or written.
  case file(FileError)

  public var description: String {
    switch self {
    case .malformed(let file, let reason): "\(file) is no checkpoint of a training: \(reason)"
    case .otherModel(let file, let reason):
      "\(file) is the checkpoint of another training: \(reason). Give another file, or remove it"
    case .file(let error): error.description
    }
  }
}

// MARK: - Checkpoints

// A checkpoint is a file of arrays in NumPy's format, one after the other (np.load reads them in turn): the numbers of
// leaves, of tensors in the rule's memory and of steps; a row [loss, validation loss, is best] for each epoch; the
// leaves; the best leaves; the rule's memory.
extension TrainingState {
  func save(to file: String, _ rule: some UpdateRule<Scalar>) throws(TrainingCheckpointError) {
    var bytes: [UInt8] = []
    Tensor<Double>([leaves.count, rule.memory.count, rule.step].map { Double($0) }).appendNPY(to: &bytes)
    var rows: [Double] = []
    for epoch in epochs { rows += [epoch.loss, epoch.validationLoss ?? .nan, epoch.isBest ? 1 : 0] }
    Tensor<Double>(shape: [epochs.count, 3], scalars: rows).appendNPY(to: &bytes)
    for tensor in leaves + bestLeaves + rule.memory { tensor.appendNPY(to: &bytes) }
    do {
      try WholeFile.write(bytes, to: file)
    } catch {
      throw .file(error)
    }
  }

  /// Takes up the training of a checkpoint, if there is one.
  mutating func restore(
    from file: String, _ rule: inout some UpdateRule<Scalar>
  ) throws(TrainingCheckpointError) {
    guard WholeFile.exists(file) else { return }
    let bytes: [UInt8]
    do {
      bytes = try WholeFile.read(file)
    } catch {
      throw .file(error)
    }
    var rest = bytes[...]
    func next<S>() throws(TrainingCheckpointError) -> Tensor<S> {
      do {
        return try Tensor(readingNPYFrom: &rest)
      } catch {
        throw .malformed(file: file, reason: error.description)
      }
    }
    let counts: Tensor<Double> = try next()
    let rows: Tensor<Double> = try next()
    guard counts.shape == [3], counts.scalars.allSatisfy({ $0 >= 0 && $0 < 0x1p53 && $0 == $0.rounded() }),
      rows.rank == 2, rows.shape[1] == 3
    else { throw .malformed(file: file, reason: "its first arrays do not describe a training") }
    let (leafCount, memoryCount) = (Int(counts[0]), Int(counts[1]))
    guard leafCount == leaves.count else {
      throw .otherModel(file: file, reason: "it has \(leafCount) tensors where the model has \(leaves.count)")
    }
    var tensors: [Tensor<Scalar>] = []
    while !rest.isEmpty { tensors.append(try next()) }
    guard tensors.count == 2 * leafCount + memoryCount else {
      throw .malformed(
        file: file, reason: "it has \(tensors.count) tensors instead of \(2 * leafCount + memoryCount)")
    }
    let shapes = leaves.map(\.shape)
    guard memoryCount % Swift.max(leafCount, 1) == 0,
      tensors.enumerated().allSatisfy({ $1.shape == shapes[$0 % leafCount] })
    else {
      throw .otherModel(
        file: file, reason: "its shapes are \(tensors.prefix(leafCount).map(\.shape)), the model's \(shapes)")
    }
    leaves = Array(tensors[..<leafCount])
    bestLeaves = Array(tensors[leafCount..<2 * leafCount])
    (rule.memory, rule.step) = (Array(tensors[(2 * leafCount)...]), Int(counts[2]))
    for i in 0..<rows.shape[0] {
      append(
        TrainingEpoch(
          number: i, loss: rows[i, 0], validationLoss: rows[i, 1].isNaN ? nil : rows[i, 1],
          isBest: rows[i, 2] == 1))
    }
  }
}
