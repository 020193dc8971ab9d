"""Les changements qui laissent un message conforme, et pourquoi : motifs à la manière d'un shell, un par base."""

from __future__ import annotations

_VALEUR = "Assertion/AttributeStatement/Attribute"
_LOT = "Envelope/Body/SubmitObjectsRequest/RegistryObjectList"
_OBJETS = "SubmitObjectsRequest/RegistryObjectList"
_FICHE = f"{_OBJETS}/ExtrinsicObject"
_LIBRE = ("autre", "insécable")

PERMIS: dict[str, tuple[str, ...]] = {
    "VIHF": (
        # Rien ne dit à un fichier l'ID attendu, ni ce que le produit a déclaré ; ces textes sont libres.
        "Assertion/@ID autre",
        "Assertion/AuthnStatement/AuthnContext/AuthnContextDecl *",
        *(f"{_VALEUR}[[]{nom}]/AttributeValue {geste}" for geste in _LIBRE
          for nom in ("subject-id", "LPS_Nom", "LPS_Version", "LPS_ID_HOMOLOGATION_DMP")),
        # Le nom d'un certificat se compare par ses valeurs, espaces du bord ôtées.
        "Assertion/Issuer insécable",
        # Le schéma le permet : Conditions facultatif, AuthnStatement répétable, AttributeValue au contenu libre.
        "Assertion/Conditions retiré",
        "Assertion/AuthnStatement doublé",
        f"{_VALEUR}[[]*]/AttributeValue ajout",
        f"{_VALEUR}[[]*]/AttributeValue/* ajout",
        # Le type de l'élément codé n'est pas exigé par une source lue.
        f"{_VALEUR}[[]*]/AttributeValue/*/@type *",
    ),
    "assertion INSi": (
        "Assertion/@ID autre",
        "Assertion/Issuer insécable",
        f"{_VALEUR}[[]*]/AttributeValue ajout",
    ),
    # Le schéma HL7 v3 n'est pas joué : un élément de plus ne se voit pas.
    "TD0.2": ("Envelope/Body/PRPA_IN201307UV02* ajout",),
    # Les clients écrivent action avec ou sans espace de noms.
    "TD0.3": ("Envelope/Body/setAuthorization* ajout", "Envelope/Body/setAuthorization/action ailleurs"),
    "TD3.1": (
        # Un en-tête de plus est permis ; mustUnderstand sans espace de noms n'est pas l'attribut de SOAP.
        "Envelope/Header ajout",
        "Envelope/Header/Security ajout",
        "Envelope/Header/ReplyTo* ajout",
        "Envelope/Header/Action/@mustUnderstand *",
        # Sans patient, celui du VIHF vaut ; une liste peut se dire en plusieurs valeurs.
        "Envelope/Body/AdhocQueryRequest/AdhocQuery/Slot[[]$XDSDocumentEntryPatient] retiré",
        "Envelope/Body/AdhocQueryRequest/AdhocQuery/Slot[[]$XDSDocumentEntryStatus]/ValueList/Value doublé",
    ),
    "TD3.2": ("Envelope/Body/RetrieveDocumentSetRequest/DocumentRequest doublé",),
    "TD3.3c": (
        # Les identifiants des classifications ne servent à personne ; un libellé se dit en plusieurs langues.
        f"{_LOT}*/Classification*/@id *",
        f"{_LOT}/RegistryPackage/ExternalIdentifier[[]*]/@id *",
        f"{_LOT}/Association/@id autre",
        f"{_LOT}/Classification doublé",
        f"{_LOT}/RegistryPackage/*/Name/LocalizedString doublé",
        f"{_LOT}/RegistryPackage/*/Name/LocalizedString/@value autre",
        # L'auteur du lot est une personne ou une structure ; la liste des types de contenu n'a pas été lue.
        f"{_LOT}/RegistryPackage/Classification[[]a7058bb9*",
        f"{_LOT}/RegistryPackage/Classification[[]aa543740*]/@nodeRepresentation autre",
    ),
    "INSi": (
        "Envelope/Header ajout",
        "Envelope/Header/Action ajout",
        "Envelope/Header/MessageID ajout",
        # Nature est facultatif au schéma ; le produit n'est pas déclaré au contrôle d'un fichier.
        "Envelope/Header/Contexte*/@Nature retiré",
        *(f"Envelope/Header/ContexteLPS/LPS/{nom} {geste}" for nom in ("IDAM", "Version", "Instance")
          for geste in _LIBRE),
        "Envelope/Header/ContexteLPS/LPS/Nom insécable",
        "Envelope/Body/RECSANSVITALE/*om* autre",
    ),
    "XDM": (
        # Les identifiants des classifications ne servent à personne ; un libellé se dit en plusieurs langues.
        f"{_OBJETS}*/Classification*/@id *",
        f"{_OBJETS}*/ExternalIdentifier[[]*]/@id *",
        f"{_OBJETS}/Association/@id autre",
        f"{_OBJETS}*/Name/LocalizedString doublé",
        f"{_OBJETS}*/Classification[[]*]/Name/LocalizedString/@value autre",
        # Facultatifs : l'identité locale du patient, la spécialité de l'auteur, les actes. Un Slot de plus est permis.
        f"{_FICHE}/Slot[[]sourcePatientId] retiré",
        f"{_FICHE}/Slot[[]sourcePatientId]/@name *",
        f"{_FICHE}/Slot[[]sourcePatientId]/ValueList/Value vidé",
        f"{_FICHE}/Slot[[]sourcePatientId]/ValueList/Value insécable",
        f"{_FICHE}/Slot[[]sourcePatientInfo] retiré",
        f"{_FICHE}/Slot[[]sourcePatientInfo]/@name *",
        f"{_FICHE}/Slot[[]sourcePatientInfo]/ValueList/Value *",
        f"{_FICHE}/Classification[[]93606bcf*]/Slot[[]authorSpecialty] retiré",
        f"{_FICHE}/Classification[[]93606bcf*]/Slot[[]authorSpecialty]/@name *",
        f"{_FICHE}/Classification[[]93606bcf*]/Slot[[]author*]/ValueList/Value *",
        f"{_FICHE}/Classification[[]2c6b8cb7*] *",
        # Un document a plusieurs auteurs ; le code d'un auteur ne dit rien.
        f"{_FICHE}/Classification[[]93606bcf*] doublé",
        *(f"{_OBJETS}*/Classification[[]{schema}*]/@nodeRepresentation *" for schema in ("93606bcf", "2c6b8cb7")),
        f"{_OBJETS}/RegistryPackage/Classification[[]aa543740*]/@nodeRepresentation autre",
        # L'auteur du lot est une personne ou une structure ; le classement du lot peut se redire.
        f"{_OBJETS}/RegistryPackage/Classification[[]a7058bb9*",
        f"{_OBJETS}/Classification doublé",
    ),
}  # fmt: skip
