namespace ActorBalancer.Storage;

/// <summary>
/// Copies the results of one commit together. They arrive as slices of large reports: kept as they are, one small result
/// would pin a whole report. Blobs are small enough to stay out of the large-object heap.
/// </summary>
internal ref struct ResultBlobs(long total)
{
    private const int BlobBytes = 64 * 1024;

    private long _left = total;
    private byte[] _blob = [];
    private int _used;

    public (byte[] Blob, int Start) Copy(ReadOnlySpan<byte> result)
    {
        if (result.Length > _blob.Length - _used)
        {
            _blob = GC.AllocateUninitializedArray<byte>((int)Math.Max(result.Length, Math.Min(_left, BlobBytes)));
            _used = 0;
        }
        int start = _used;
        result.CopyTo(_blob.AsSpan(start));
        _used += result.Length;
        _left -= result.Length;
        return (_blob, start);
    }
}
