namespace ActorBalancer.Cluster.Tests.Administration;

/// <summary>The tests that share the cluster; one after the other, since they order its workers about.</summary>
[CollectionDefinition(nameof(AdministeredCluster))]
public sealed class AdministeredClusterCollection : ICollectionFixture<AdministeredCluster>;
