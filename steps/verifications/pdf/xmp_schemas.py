"""Les schémas XMP prédéfinis de PDF/A-1 (XMP, édition de janvier 2004) : leurs propriétés et leurs types.

Source : ISO 19005-1, § 6.7.2, qui renvoie à XMP 2004 ; noms et types vus dans les outils publics de veraPDF. Un type
« Bag », « Seq » ou « Alt » dit une liste ; « LangAlt », des variantes de langue ; une majuscule suivie d'un nom de
`STRUCTURES`, une structure.
"""

from __future__ import annotations

from steps.verifications.pdf.xmp import DC, PDF, PDFA, XMP

_RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
_MM = "http://ns.adobe.com/xap/1.0/mm/"
_BJ = "http://ns.adobe.com/xap/1.0/bj/"
_TPG = "http://ns.adobe.com/xap/1.0/t/pg/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"


def _table(**par_type: str) -> dict[str, str]:
    """{propriété: type}, d'après {type: propriétés séparées par des espaces} ; « Seq_Integer » vaut « Seq Integer »."""
    return {nom: genre.replace("_", " ") for genre, noms in par_type.items() for nom in noms.split()}


PREDEFINIS: dict[str, dict[str, str]] = {
    PDFA: _table(Integer="part", Text="amd", Conformance="conformance"),
    DC: _table(
        Bag_Text="contributor language publisher relation subject type",
        Seq_Text="creator",
        Seq_Date="date",
        LangAlt="description rights title",
        MimeType="format",
        Text="coverage identifier source",
    ),
    XMP: _table(
        Bag_Text="Advisory Identifier",
        Text="BaseURL CreatorTool Nickname",
        Date="CreateDate MetadataDate ModifyDate",
        Alt_Thumbnail="Thumbnails",
    ),
    _RIGHTS: _table(Text="Certificate WebStatement", Boolean="Marked", Bag_Text="Owner", LangAlt="UsageTerms"),
    _MM: _table(
        ResourceRef="DerivedFrom ManagedFrom RenditionOf",
        Text="DocumentID InstanceID Manager ManageTo ManageUI ManagerVariant RenditionClass RenditionParams VersionID"
        " LastURL",
        Seq_ResourceEvent="History",
        Seq_Version="Versions",
        Integer="SaveID",
    ),
    _BJ: _table(Bag_Job="JobRef"),
    _TPG: _table(Dimensions="MaxPageSize", Integer="NPages"),
    PDF: _table(Text="Keywords PDFVersion Producer"),
    _PHOTOSHOP: _table(
        Text="AuthorsPosition CaptionWriter Category City Country Credit Headline Instructions Source State"
        " SupplementalCategories TransmissionReference",
        Date="DateCreated",
        Integer="Urgency",
    ),
    _TIFF: _table(
        Integer="ImageWidth ImageLength Compression PhotometricInterpretation Orientation SamplesPerPixel"
        " PlanarConfiguration YCbCrPositioning ResolutionUnit",
        Seq_Integer="BitsPerSample YCbCrSubSampling TransferFunction",
        Rational="XResolution YResolution",
        Seq_Rational="WhitePoint PrimaryChromaticities YCbCrCoefficients ReferenceBlackWhite",
        Date="DateTime",
        LangAlt="ImageDescription Copyright",
        Text="Make Model Software Artist",
    ),
    _EXIF: _table(
        Text="ExifVersion FlashpixVersion MakerNote RelatedSoundFile SpectralSensitivity ImageUniqueID GPSVersionID"
        " GPSSatellites GPSStatus GPSSpeedRef GPSTrackRef GPSImgDirectionRef GPSMapDatum GPSDestBearingRef"
        " GPSDestDistanceRef GPSProcessingMethod GPSAreaInformation",
        Integer="ColorSpace PixelXDimension PixelYDimension ExposureProgram MeteringMode LightSource"
        " FocalPlaneResolutionUnit SensingMethod FileSource SceneType CustomRendered ExposureMode WhiteBalance"
        " FocalLengthIn35mmFilm SceneCaptureType GainControl Contrast Saturation Sharpness SubjectDistanceRange"
        " GPSAltitudeRef GPSMeasureMode GPSDifferential",
        Seq_Integer="ComponentsConfiguration ISOSpeedRatings SubjectArea SubjectLocation",
        Rational="CompressedBitsPerPixel ExposureTime FNumber ShutterSpeedValue ApertureValue BrightnessValue"
        " ExposureBiasValue MaxApertureValue SubjectDistance FocalLength FlashEnergy FocalPlaneXResolution"
        " FocalPlaneYResolution ExposureIndex DigitalZoomRatio GPSAltitude GPSDOP GPSSpeed GPSTrack GPSImgDirection"
        " GPSDestBearing GPSDestDistance",
        Date="DateTimeOriginal DateTimeDigitized GPSTimeStamp",
        Gps="GPSLatitude GPSLongitude GPSDestLatitude GPSDestLongitude",
        LangAlt="UserComment",
        Oecf="OECF SpatialFrequencyResponse",
        Flash="Flash",
        CfaPattern="CFAPattern",
        DeviceSettings="DeviceSettingDescription",
    ),
}

STRUCTURES: dict[str, dict[str, str]] = {
    "Dimensions": _table(Real="w h", Text="unit"),
    "Thumbnail": _table(Integer="height width", Text="format image"),
    "ResourceEvent": _table(Text="action instanceID parameters softwareAgent", Date="when"),
    "ResourceRef": _table(
        Text="instanceID documentID versionID renditionClass renditionParams manager managerVariant manageTo manageUI"
    ),
    "Version": _table(Text="comments modifier version", ResourceEvent="event", Date="modifyDate"),
    "Job": _table(Text="name id url"),
    "Oecf": _table(Integer="Columns Rows", Seq_Text="Names", Seq_Rational="Values"),
    "Flash": _table(Boolean="Fired Function RedEyeMode", Integer="Return Mode"),
    "CfaPattern": _table(Integer="Columns Rows", Seq_Integer="Values"),
    "DeviceSettings": _table(Integer="Columns Rows", Seq_Text="Settings"),
}
