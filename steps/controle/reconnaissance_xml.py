"""Type d'un texte XML, d'après sa racine et ce qu'elle porte ; jamais d'entité résolue, lecture bornée."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from steps.controle.encodages import debut_decode, encodage_apparent
from steps.controle.modele import TypeFichier

_FENETRE = 4 * 1024 * 1024
_BLOC = 64 * 1024
_PROFONDEUR_MAX = 2000
_DEBUT = 256 * 1024
_XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
_XSLT = "http://www.w3.org/1999/XSL/Transform"
_XDS_SD = "1.3.6.1.4.1.19376.1.2.20"
_PORTEURS_SAML = frozenset(
    {
        ("urn:oasis:names:tc:SAML:2.0:assertion", "EncryptedAssertion"),
        ("urn:oasis:names:tc:SAML:2.0:protocol", "Response"),
        ("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd", "Security"),
    }
)
_METADATA = frozenset({"SubmitObjectsRequest", "ProvideAndRegisterDocumentSetRequest"})
_CORPS_DMP = frozenset(
    {
        "AdhocQueryRequest",
        "AdhocQueryResponse",
        "ProvideAndRegisterDocumentSetRequest",
        "RegistryResponse",
        "RemoveObjectsRequest",
        "RetrieveDocumentSetRequest",
        "RetrieveDocumentSetResponse",
        "SubmitObjectsRequest",
    }
)
_MARQUES_INSI = (
    "http://www.cnamts.fr/INSi",
    "http://www.cnamts.fr/webservice",
    "urn:ServiceIdentiteCertifiee",
    "urn:siram:",
)
_MARQUES_DMP = ("urn:ihe:iti:", "urn:si-dmp-", "urn:hl7-org:v3:PRPA_", "urn:oasis:names:tc:ebxml-regrep:")
_BALISE = re.compile(r"<(?:([\w.\-]{1,200}):)?([\w.\-]{1,200})([^<>]{0,65536})")


class _Arret(Exception):
    """Le type est décidé : inutile de lire la suite."""


@dataclass
class RacineXml:
    """Ce que le début d'un texte XML a montré. `type` : None tant que rien n'est décidé."""

    type: TypeFichier | None = None
    espace: str = ""
    nom: str = ""
    corps_soap: str = ""
    profondeur_cda: int | None = None
    mode: str = ""
    actions: str = ""
    siram: bool = False
    chemin: list[tuple[str, str]] = field(default_factory=list)

    @property
    def vu(self) -> str:
        """Racine, et contenu d'une enveloppe SOAP, tels qu'on les dit à une personne."""
        if not self.nom:
            return "texte commençant comme du XML, sans élément racine lisible"
        vu = f"XML de racine « {self.nom} »" + (f" (espace de noms {self.espace})" if self.espace else "")
        return f"{vu}, corps « {self.corps_soap} »" if self.corps_soap else vu


def reconnaitre_xml(octets: bytes) -> RacineXml:
    """Type d'un texte XML entier, tronqué ou cassé ; INCONNU si sa racine n'est d'aucun type lu.

    Seuls les 4 premiers Mio sont analysés ; au-delà, ou après une faute de syntaxe, des marques textuelles décident.
    """
    racine = _lire(octets)
    if not racine.nom:
        _racine_en_texte(octets, racine)
    if racine.type is None:
        _conclure_sans_arbre(octets, racine)
    return racine


def _lire(octets: bytes) -> RacineXml:
    vu = RacineXml()
    analyseur = expat.ParserCreate(namespace_separator="}")
    analyseur.buffer_text = True

    def ouvrir(balise: str, _: dict[str, str]) -> None:
        espace, _separateur, nom = balise.rpartition("}")
        _ouvrir(vu, espace, nom)

    def fermer(_: str) -> None:
        vu.chemin.pop()
        if vu.mode == "soap" and len(vu.chemin) == 1 and vu.type is None and vu.corps_soap == "(vide)":
            raise _Arret

    def texte(donnees: str) -> None:
        if vu.chemin and vu.chemin[-1][1] == "Action" and len(vu.actions) < 4096:
            vu.actions += donnees.strip()

    def ignorer(_: str) -> None:
        """Posé comme gestionnaire par défaut, il empêche expat de développer les entités internes."""

    analyseur.StartElementHandler, analyseur.EndElementHandler = ouvrir, fermer
    analyseur.CharacterDataHandler = texte
    analyseur.DefaultHandler = ignorer
    try:
        for debut in range(0, min(len(octets), _FENETRE), _BLOC):
            analyseur.Parse(octets[debut : debut + _BLOC], False)
    except (_Arret, expat.ExpatError, ValueError, LookupError):
        pass
    return vu


def _ouvrir(vu: RacineXml, espace: str, nom: str) -> None:
    vu.chemin.append((espace, nom))
    profondeur = len(vu.chemin)
    if profondeur > _PROFONDEUR_MAX:
        raise _Arret
    if profondeur == 1:
        _juger_racine(vu, espace, nom)
    elif vu.mode == "enveloppe" and nom == "ClinicalDocument":
        vu.mode, vu.profondeur_cda = "cda", profondeur
    elif vu.mode == "cda" and vu.profondeur_cda is not None and profondeur == vu.profondeur_cda + 2:
        if nom in ("structuredBody", "nonXMLBody"):
            vu.type = TypeFichier.CDA_N3 if nom == "structuredBody" else TypeFichier.CDA_N1
            raise _Arret
    elif vu.mode == "soap":
        _juger_soap(vu, espace, nom, profondeur)


def _juger_racine(vu: RacineXml, espace: str, nom: str) -> None:
    vu.espace, vu.nom = espace, nom
    if nom == "ClinicalDocument":
        vu.mode, vu.profondeur_cda = "cda", 1
    elif nom == "Envelope":
        vu.mode = "soap"
    elif (espace == _XMLDSIG and nom == "Signature") or (espace == _XSLT and nom in ("stylesheet", "transform")):
        vu.mode = "enveloppe"
    else:
        if nom in _METADATA:
            vu.type = TypeFichier.METADATA
        elif nom == "Assertion" or (espace, nom) in _PORTEURS_SAML:
            vu.type = TypeFichier.SAML
        else:
            vu.type = TypeFichier.INCONNU
        raise _Arret


def _juger_soap(vu: RacineXml, espace: str, nom: str, profondeur: int) -> None:
    if profondeur == 2 and nom == "Body":
        vu.corps_soap = "(vide)"
    elif profondeur == 3 and vu.chemin[1][1] == "Header":
        vu.siram = vu.siram or espace.startswith("urn:siram")
    elif profondeur == 3 and vu.chemin[1][1] == "Body":
        vu.corps_soap = nom
        vu.type = _service(vu, espace, nom)
        raise _Arret


def _service(vu: RacineXml, espace: str, nom: str) -> TypeFichier:
    if espace.startswith(_MARQUES_INSI[:2]):
        return TypeFichier.SOAP_INSI
    if nom in _CORPS_DMP or espace.startswith("urn:si-dmp-") or nom.startswith(("PRPA_IN", "MCCI_IN")):
        return TypeFichier.SOAP_DMP
    return _service_par_action(vu)


def _service_par_action(vu: RacineXml) -> TypeFichier:
    """Corps vide, faute SOAP ou racine inattendue : l'action et les en-têtes disent encore à qui le message parle."""
    if vu.actions.startswith("urn:ServiceIdentiteCertifiee") or (vu.siram and not vu.actions):
        return TypeFichier.SOAP_INSI
    if vu.actions.startswith(("urn:ihe:iti:", "urn:si-dmp-", "urn:hl7-org:v3:PRPA_")):
        return TypeFichier.SOAP_DMP
    return TypeFichier.INCONNU


def _racine_en_texte(octets: bytes, vu: RacineXml) -> None:
    """La racine d'un texte que l'analyseur refuse d'emblée (prologue décalé, préfixe non déclaré, encodage faux)."""
    texte = debut_decode(octets, _DEBUT)
    trouve = _BALISE.match(texte, apres_prologue(texte))
    if not trouve:
        return
    prefixe, nom, attributs = trouve.group(1) or "", trouve.group(2), trouve.group(3)
    declaration = re.search(rf"xmlns{':' + re.escape(prefixe) if prefixe else ''}\s*=\s*[\"']([^\"']*)", attributs)
    try:
        _juger_racine(vu, declaration.group(1) if declaration else "", nom)
    except _Arret:
        return


def _conclure_sans_arbre(octets: bytes, vu: RacineXml) -> None:
    if vu.mode == "soap":
        vu.type = _soap_par_marques(octets, vu)
        return
    vu.type = TypeFichier.INCONNU
    if vu.mode == "cda" or (vu.mode == "enveloppe" and _premiere_balise(octets, "ClinicalDocument") >= 0):
        debut = octets[:_FENETRE]
        structure, brut = _premiere_balise(debut, "structuredBody"), _premiere_balise(debut, "nonXMLBody")
        if brut >= 0 and (structure < 0 or brut < structure):
            vu.type = TypeFichier.CDA_N1
        elif structure >= 0 or _position(debut, _XDS_SD) < 0:
            vu.type = TypeFichier.CDA_N3
        else:
            vu.type = TypeFichier.CDA_N1


def apres_prologue(texte: str) -> int:
    """Position de la première balise, après déclaration, commentaires, instructions et DOCTYPE ; temps linéaire."""
    position = 0
    while position < len(texte):
        if texte[position].isspace() or texte[position] == "\ufeff":
            position += 1
            continue
        fin = -1
        if texte.startswith("<?", position):
            fin = texte.find("?>", position) + 2
        elif texte.startswith("<!--", position):
            fin = texte.find("-->", position + 4) + 3
        elif texte.startswith("<!DOCTYPE", position):
            fin = _fin_de_doctype(texte, position)
        else:
            return position
        if fin <= position:
            return len(texte)
        position = fin
    return position


def _fin_de_doctype(texte: str, debut: int) -> int:
    """Après le « > » du DOCTYPE ; un sous-ensemble interne s'étend jusqu'à son dernier « ]> » avant une balise."""
    crochet, chevron = texte.find("[", debut), texte.find(">", debut)
    if crochet < 0 or (0 <= chevron < crochet):
        return chevron + 1
    fin = re.compile(r"\]\s{0,100}>").search(texte, crochet)
    return fin.end() if fin else 0


def _position(octets: bytes, mot: str) -> int:
    """Où se trouve un mot ASCII, que le texte soit en UTF-8, UTF-16 ou UTF-32 ; -1 s'il n'y est pas."""
    encodage, _ = encodage_apparent(octets)
    return octets.find(mot.encode(encodage))


def _premiere_balise(octets: bytes, nom: str) -> int:
    """Première position de `<nom` ou `prefixe:nom` ; -1 s'il n'y en a pas. Commentaires et CDATA compris."""
    encodage, _ = encodage_apparent(octets)
    # Un chemin XPath (« /hl7:ClinicalDocument ») porte le nom sans en être la balise.
    chevron, deux_points, fin = (re.escape(signe.encode(encodage)) for signe in ("<", ":", nom))
    motif = chevron + rb"(?:[\w.\-\0\x80-\xff]{1,400}" + deux_points + b")?" + fin
    trouvee = re.search(motif, octets)
    return trouvee.start() if trouvee else -1


def _soap_par_marques(octets: bytes, vu: RacineXml) -> TypeFichier:
    par_action = _service_par_action(vu)
    if par_action is not TypeFichier.INCONNU:
        return par_action
    if vu.corps_soap:
        return TypeFichier.INCONNU
    texte = debut_decode(octets, _DEBUT)
    if any(marque in texte for marque in _MARQUES_INSI):
        return TypeFichier.SOAP_INSI
    return TypeFichier.SOAP_DMP if any(marque in texte for marque in _MARQUES_DMP) else TypeFichier.INCONNU
