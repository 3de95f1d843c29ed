namespace ActorBalancer;

/// <summary>Why something was refused; one stable word for API, command line, logs and metrics alike.</summary>
public enum RefusalCode
{
    /// <summary>Not refused.</summary>
    None,

    /// <summary><c>invalid</c>: the request is malformed; the detail says where.</summary>
    Invalid,

    /// <summary><c>not_found</c>.</summary>
    NotFound,

    /// <summary><c>conflict</c>: the job or queue is not in a state that allows it.</summary>
    Conflict,

    /// <summary><c>too_large</c>: payload over the limit.</summary>
    TooLarge,

    /// <summary><c>unknown_kind</c>: no worker has ever registered the kind.</summary>
    UnknownKind,

    /// <summary><c>queue_full</c>: try again later.</summary>
    QueueFull,

    /// <summary><c>store_unavailable</c>: try again later; the job was not accepted.</summary>
    StoreUnavailable,

    /// <summary><c>outcome_unknown</c>: the job may or may not have been accepted.</summary>
    OutcomeUnknown,

    /// <summary><c>not_ready</c>: no router is reachable yet, or the node is draining.</summary>
    NotReady,

    /// <summary><c>unauthenticated</c>: no key or certificate that this node knows.</summary>
    Unauthenticated,

    /// <summary><c>forbidden</c>: whoever asks may not do this.</summary>
    Forbidden,

    /// <summary><c>method</c>: the route is there, but not for this verb.</summary>
    Method,

    /// <summary><c>key_reused</c>: the key names a job that was submitted with other fields.</summary>
    KeyReused,

    /// <summary><c>stale</c>: what the request was based on has changed since.</summary>
    Stale,

    /// <summary><c>media_type</c>: the body is of a type or an encoding that is not read here.</summary>
    MediaType,

    /// <summary><c>rate_limited</c>: too many of these at once; try again later.</summary>
    RateLimited,

    /// <summary><c>store_full</c>: the store has no room; the job was not accepted.</summary>
    StoreFull,
}
