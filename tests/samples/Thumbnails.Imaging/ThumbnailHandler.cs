using ActorBalancer;

namespace Thumbnails;

/// <summary>What a job of kind <c>thumbnail</c> is about.</summary>
/// <param name="Album">Also its source.</param>
/// <param name="Photo">The picture's name.</param>
/// <param name="Side">Of the square that the thumbnail fits into.</param>
public sealed record ThumbnailArgs(string Album, string Photo, int Side);

/// <summary>Its result.</summary>
/// <param name="Png">The thumbnail, small enough to be a job's result.</param>
/// <param name="WasUnpacked">The worker had the picture in memory from an earlier job.</param>
public sealed record Thumbnail(byte[] Png, bool WasUnpacked);

/// <summary>Makes a thumbnail. A picture that is not there, or cannot be read, is no better the next time.</summary>
public sealed class ThumbnailHandler(Photos photos) : IJobHandler<ThumbnailArgs>
{
    /// <inheritdoc/>
    public async Task<JobOutcome> RunAsync(ThumbnailArgs args, JobContext job)
    {
        try
        {
            (Picture picture, bool wasThere) = await photos.ReadAsync(args.Album, args.Photo, job.Cancellation);
            return JobOutcome.OkWith(new Thumbnail(Png.Write(picture.Shrink(args.Side)), wasThere));
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            return JobOutcome.Discard(e.Message);
        }
    }
}
