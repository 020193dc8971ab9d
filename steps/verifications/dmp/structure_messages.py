"""Le corps des messages de partage de documents : ce que permettent les schémas d'ebXML RegRep 3.0 et d'XDS.b."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.xml import NS, nom_local
from simulators.socle.echange import Echange
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.message import message_ou_rien
from steps.verifications.grammaire import TEXTE, Forme, ecarts, grammaire
from steps.verifications.registre import verification

SCHEMA = Regle(
    "DMP-SOAP-08", "Le corps a la structure des schémas d'ebXML RegRep et d'XDS.b",
    "OASIS, ebXML RegRep 3.0 (rim, rs, lcm, query) ; IHE ITI TF-2, ITI-18, ITI-41, ITI-43, ITI-57",
    Confiance.DOCUMENTEE,
    "Écrire les éléments et les attributs du schéma, dans leur espace de noms, leur ordre et leur nombre.",
)  # fmt: skip
_LANGUE = "{http://www.w3.org/XML/1998/namespace}lang"
_OBJET = "(Slot )*(Name )?(Description )?(VersionInfo )?(Classification )*(ExternalIdentifier )*"
_PERMIS = "home lid objectType status"
_DEMANDE = "id comment"
_UNE_VALEUR = frozenset(
    {"codingScheme", "authorPerson", "SubmissionSetStatus", "OriginalStatus", "NewStatus", "PreviousVersion"}
)
TABLE = {
    **grammaire(
        "rim",
        {
            "RegistryObjectList": Forme("([A-Za-z]+ )*"),
            "ExtrinsicObject": Forme(f"{_OBJET}(ContentVersionInfo )?", f"{_PERMIS} mimeType isOpaque", "id"),
            "RegistryPackage": Forme(f"{_OBJET}(RegistryObjectList )?", _PERMIS, "id"),
            "Association": Forme(_OBJET, _PERMIS, "id associationType sourceObject targetObject"),
            "Classification": Forme(
                _OBJET, f"{_PERMIS} id classifiedObject classificationScheme classificationNode nodeRepresentation"
            ),
            "ExternalIdentifier": Forme(_OBJET, f"{_PERMIS} id registryObject", "identificationScheme value"),
            "AdhocQuery": Forme(f"{_OBJET}(QueryExpression )?", _PERMIS, "id"),
            "ObjectRef": Forme("(Slot )*", "home createReplica", "id"),
            "Slot": Forme("ValueList ", "slotType", "name"),
            "ValueList": Forme("(Value )*"),
            "Value": Forme(),
            "Name": Forme("(LocalizedString )*"),
            "Description": Forme("(LocalizedString )*"),
            "LocalizedString": Forme(TEXTE, f"charset {_LANGUE}", "value"),
            "VersionInfo": Forme(TEXTE, "versionName comment"),
            "ContentVersionInfo": Forme(TEXTE, "versionName comment"),
        },
    ),
    **grammaire("rs", {"RequestSlotList": Forme("(Slot )*")}),
    **grammaire("lcm", {"SubmitObjectsRequest": Forme("(rs:RequestSlotList )?RegistryObjectList ", _DEMANDE)}),
    **grammaire(
        "query",
        {
            "AdhocQueryRequest": Forme(
                "(rs:RequestSlotList )?query:ResponseOption AdhocQuery ",
                f"{_DEMANDE} federated federation startIndex maxResults",
            ),
            "ResponseOption": Forme(TEXTE, "returnType returnComposedObjects"),
        },
    ),
    **grammaire(
        "xdsb",
        {
            "ProvideAndRegisterDocumentSetRequest": Forme("lcm:SubmitObjectsRequest (xdsb:Document )*"),
            "Document": Forme("(xop:Include )?", requis="id", mixte=True),
            "RetrieveDocumentSetRequest": Forme("(xdsb:DocumentRequest )+"),
            "DocumentRequest": Forme("(xdsb:HomeCommunityId )?xdsb:RepositoryUniqueId xdsb:DocumentUniqueId "),
            "RepositoryUniqueId": Forme(),
            "DocumentUniqueId": Forme(),
            "HomeCommunityId": Forme(),
        },
    ),
}  # fmt: skip
_NOMS = {NS["rim"]: "", **{NS[prefixe]: f"{prefixe}:" for prefixe in ("rs", "lcm", "query", "xdsb", "xop")}}


@verification(SCHEMA)
def structure(echange: Echange) -> list[Constat]:
    """Le corps d'une demande de partage suit ses schémas ; les autres corps ne sont pas jugés ici."""
    message = message_ou_rien(echange)
    contenu = message.contenu if message is not None else None
    if contenu is None or str(contenu.tag) not in TABLE:
        return []
    faux = fautes_de_structure(contenu)
    return [
        juger(
            SCHEMA, not faux, "Le corps n'a pas la structure de ses schémas.",
            attendu="éléments et attributs des schémas rim, rs, lcm, query et xds-b",
            recu=" ; ".join(faux) or f"{nom_local(contenu)}, conforme à la table du banc", ou="soap:Body",
            echanges=(echange.numero,),
        )
    ]  # fmt: skip


def fautes_de_structure(contenu: etree._Element) -> list[str]:
    """Ce que les schémas ne permettent pas dans ce contenu, un texte par écart ; liste vide si rien."""
    return [*ecarts(contenu, TABLE, _NOMS), *_slots(contenu)]


def _slots(contenu: etree._Element) -> Iterator[str]:
    """Hors recherche, un Slot ne se répète pas dans un objet ; certains n'ont qu'une valeur."""
    for objet in contenu.iter(etree.Element):
        if nom_local(objet) in ("AdhocQuery", "ExtrinsicObject", "RegistryPackage"):
            continue  # Une recherche les répète à dessein ; la lecture d'une fiche ou d'un lot les relève déjà.
        slots = objet.findall("rim:Slot", NS)
        comptes = Counter(slot.get("name", "") for slot in slots)
        yield from (
            f"{nom_local(objet)} (ligne {objet.sourceline}) : Slot {nom} répété" for nom, n in comptes.items() if n > 1
        )
        for slot in slots:
            valeurs = slot.findall("rim:ValueList/rim:Value", NS)
            if slot.get("name") in _UNE_VALEUR and len(valeurs) != 1:
                yield f"Slot {slot.get('name')} (ligne {slot.sourceline}) : {len(valeurs)} valeurs"
