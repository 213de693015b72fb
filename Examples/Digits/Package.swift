// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
  name: "Digits",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "Nabla", path: "../..")],
  targets: [
    .executableTarget(
      name: "Digits",
      dependencies: [.product(name: "Nabla", package: "Nabla")],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ],
  swiftLanguageModes: [.v6]
)
