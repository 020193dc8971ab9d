"""Le transport d'un échange DMP : TLS mutuel, SOAP 1.2, WS-Addressing, MTOM."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.enveloppe import ANONYME
from simulators.dmp.xml import NS, enfants, espace, nom_local, texte
from simulators.socle.echange import Echange
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import certificats
from steps.verifications.dmp.message import MessageDmp, MessageIllisible, lire_message, message_ou_rien
from steps.verifications.dmp.soumission import Soumission
from steps.verifications.registre import verification

_MESSAGE_ID = re.compile(r"^(urn:)?uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
# Action → élément attendu dans le Body, avec son espace de noms.
CORPS_PAR_ACTION = {
    action: f"{{{NS[prefixe]}}}{nom}"
    for action, prefixe, nom in (
        ("urn:hl7-org:v3:PRPA_IN201305UV02", "hl7", "PRPA_IN201305UV02"),
        ("urn:ihe:iti:pdqv3:2007:PDQSupplier_Service:findCandidatesQuery", "hl7", "PRPA_IN201305UV02"),
        ("urn:hl7-org:v3:PRPA_IN201307UV02", "hl7", "PRPA_IN201307UV02"),
        ("urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization", "habilitations", "setAuthorization"),
        ("urn:si-dmp-patients:PatientSpecificEndPoint:patientList", "patients", "patientList"),
        ("urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b", "xdsb", "ProvideAndRegisterDocumentSetRequest"),
        ("urn:ihe:iti:2007:RegistryStoredQuery", "query", "AdhocQueryRequest"),
        ("urn:ihe:iti:2007:RetrieveDocumentSet", "xdsb", "RetrieveDocumentSetRequest"),
        ("urn:ihe:iti:2010:UpdateDocumentSet", "lcm", "SubmitObjectsRequest"),
    )
}

TLS = Regle(
    "DMP-TLS-01", "La connexion est en TLS 1.2 ou plus récent", "GIE SESAM-Vitale, PDT-INF-579 v4 (10/07/2025)",
    Confiance.OFFICIELLE, "Exiger TLS 1.2 au moins dans le client du logiciel.",
)  # fmt: skip
CERTIFICAT = Regle(
    "DMP-TLS-02", "Le logiciel présente un certificat client", "Échantillons et WSDL officiels du DMP : TLS mutuel",
    Confiance.DOCUMENTEE, "Présenter le certificat d'authentification de la structure ou de la carte.",
)  # fmt: skip
USAGE = Regle(
    "DMP-TLS-03", "Le certificat client est un certificat d'authentification",
    "Guide d'intégration DMP (SEL-MP-037), EX_GEN-1450", Confiance.SECONDAIRE,
    "Employer ORG_AUTH_CLI (structure) ou le certificat d'authentification de la carte pour TLS.",
)  # fmt: skip
LISIBLE = Regle(
    "DMP-SOAP-01", "Le message est du XML bien formé, sans DTD", "W3C, SOAP 1.2 partie 1, § 5", Confiance.DOCUMENTEE,
    "Produire un message XML bien formé, sans DOCTYPE.",
)  # fmt: skip
TYPE = Regle(
    "DMP-SOAP-02", "Le message est du SOAP 1.2", "WSDL et échantillons officiels du DMP", Confiance.OFFICIELLE,
    "Envoyer application/soap+xml, enveloppe http://www.w3.org/2003/05/soap-envelope.",
)  # fmt: skip
ADRESSAGE = Regle(
    "DMP-SOAP-03", "Les quatre en-têtes WS-Addressing sont présents", "Échantillons officiels du DMP",
    Confiance.OFFICIELLE, "Écrire une fois MessageID, To, ReplyTo (adresse anonyme) et Action.",
)  # fmt: skip
ACTION = Regle(
    "DMP-SOAP-04", "L'action est la même partout et annonce le corps du message", "WSDL officiels du DMP",
    Confiance.OFFICIELLE, "Écrire la même action dans Content-Type et wsa:Action, celle du corps envoyé.",
)  # fmt: skip
MESSAGE_ID = Regle(
    "DMP-SOAP-05", "MessageID est un URN d'UUID", "Échantillons officiels du DMP", Confiance.OFFICIELLE,
    "Écrire urn:uuid: suivi d'un UUID neuf à chaque message.",
)  # fmt: skip
MESSAGE_ID_UNIQUE = Regle(
    "DMP-SOAP-06", "MessageID n'est jamais réemployé", "W3C, WS-Addressing 1.0 Core, § 3.1", Confiance.DOCUMENTEE,
    "Tirer un nouvel UUID à chaque message, y compris pour une nouvelle tentative.",
)  # fmt: skip
UN_VIHF = Regle(
    "DMP-SOAP-07", "L'en-tête Security porte une assertion et une seule", "Échantillons officiels du DMP",
    Confiance.OFFICIELLE, "Mettre le VIHF, seul, dans wsse:Security.",
)  # fmt: skip
MTOM = Regle(
    "DMP-MTOM-01", "L'alimentation est en MTOM/XOP",
    "IHE ITI TF-2, ITI-41 ; guide d'intégration DMP, EX_2.1-1260", Confiance.DOCUMENTEE,
    "Transmettre chaque document dans sa partie MIME, désignée par xop:Include.",
)  # fmt: skip
PARTIES = Regle(
    "DMP-MTOM-02", "Chaque fiche a son document, chaque partie est désignée",
    "IHE ITI TF-2, ITI-41 ; échantillon officiel d'alimentation", Confiance.OFFICIELLE,
    "Donner à xdsb:Document/@id l'identifiant de l'ExtrinsicObject, et au cid celui d'une partie présente.",
)  # fmt: skip


@verification(TLS, CERTIFICAT, USAGE)
def connexion(echange: Echange) -> list[Constat]:
    """TLS 1.2 au moins, avec un certificat client d'authentification."""
    numero = (echange.numero,)
    if echange.tls is None:
        return [TLS.sans_objet("la connexion n'a pas été vue en TLS", echanges=numero)]
    certificat = certificats.charger(echange.tls.certificat)
    sujet = certificats.sujet(certificat) if certificat else ""
    constats = [
        juger(
            TLS, echange.tls.version in ("TLSv1.2", "TLSv1.3"), "La version de TLS est trop ancienne.",
            attendu="TLS 1.2 ou 1.3", recu=f"{echange.tls.version}, {echange.tls.suite}", ou="poignée de main TLS",
            echanges=numero,
        ),
        juger(
            CERTIFICAT, certificat is not None, "Aucun certificat client n'a été présenté.",
            attendu="un certificat client", recu=sujet, ou="poignée de main TLS", echanges=numero,
        ),
    ]  # fmt: skip
    if certificat is not None:
        constats.append(
            juger(
                USAGE, certificats.sert_a_l_authentification(certificat),
                "Le certificat client n'est pas un certificat d'authentification.",
                attendu="usage étendu clientAuth", recu=sujet, ou="certificat client", echanges=numero,
            )
        )  # fmt: skip
    return constats


@verification(LISIBLE)
def message_lisible(echange: Echange) -> Constat:
    """Le message se lit comme du XML, sans DTD."""
    try:
        message = lire_message(echange)
    except MessageIllisible as erreur:
        return LISIBLE.enfreinte(
            "Le message ne peut pas être lu.", attendu="XML bien formé, sans DTD", recu=str(erreur),
            ou="corps de la requête", echanges=(echange.numero,),
        )  # fmt: skip
    return LISIBLE.respectee(recu=nom_local(message.racine), ou="corps de la requête", echanges=(echange.numero,))


@verification(TYPE, ADRESSAGE, ACTION, MESSAGE_ID, UN_VIHF)
def enveloppe(echange: Echange) -> list[Constat]:
    """SOAP 1.2, WS-Addressing complet, une action, un VIHF."""
    message = message_ou_rien(echange)
    if message is None:
        return [TYPE.sans_objet("message illisible", echanges=(echange.numero,))]
    numero = (echange.numero,)
    uri = espace(message.racine)
    # Sans aucun en-tête, la couche HTTP n'a pas été vue : le type de contenu n'est pas jugé.
    type_admis = message.type_contenu == "application/soap+xml" or not echange.requete.entetes
    assertions = len(message.assertions)
    identifiant = message.adressage.message_id
    return [
        juger(
            TYPE,
            type_admis and uri == NS["soap"] and _un_corps(message),
            "Le message n'est pas du SOAP 1.2.",
            attendu=f"application/soap+xml, enveloppe {NS['soap']}, un élément dans Body",
            recu=f"{message.type_contenu or 'type absent'}, enveloppe {uri}",
            ou="Content-Type et racine", echanges=numero,
        ),
        _adressage(message, numero),
        _action(message, numero),
        juger(
            MESSAGE_ID, bool(_MESSAGE_ID.match(identifiant)), "MessageID n'est pas un URN d'UUID.",
            attendu="urn:uuid:…", recu=identifiant, ou="soap:Header/wsa:MessageID", echanges=numero,
        ),
        juger(
            UN_VIHF, assertions == 1, "L'en-tête Security ne porte pas exactement une assertion.",
            attendu="une assertion", recu=str(assertions), ou="soap:Header/wsse:Security", echanges=numero,
        ),
    ]  # fmt: skip


def _un_corps(message: MessageDmp) -> bool:
    corps = message.racine.find("soap:Body", NS)
    return corps is not None and len(list(enfants(corps))) == 1


def _adressage(message: MessageDmp, numero: tuple[int, ...]) -> Constat:
    entete = message.racine.find("soap:Header", NS)
    nombres = {
        nom: len(entete.findall(f"wsa:{nom}", NS)) if entete is not None else 0
        for nom in ("MessageID", "To", "ReplyTo", "Action")
    }
    garnis = [
        f"{nom} avec un élément dedans"
        for nom in ("MessageID", "To", "Action")
        if message.racine.find(f"soap:Header/wsa:{nom}/*", NS) is not None
    ]
    adresses = [texte(a) for a in entete.findall("wsa:ReplyTo/wsa:Address", NS)] if entete is not None else []
    return juger(
        ADRESSAGE, all(nombre == 1 for nombre in nombres.values()) and adresses == [ANONYME] and not garnis,
        "Un en-tête WS-Addressing manque, est répété, ou demande la réponse ailleurs.",
        attendu=f"MessageID, To, ReplyTo (Address {ANONYME}) et Action, une fois chacun",
        recu=", ".join([*(f"{nom} : {nombre}" for nom, nombre in nombres.items()), *adresses, *garnis]),
        ou="soap:Header", echanges=numero,
    )  # fmt: skip


def _action(message: MessageDmp, numero: tuple[int, ...]) -> Constat:
    """Le paramètre action de Content-Type est facultatif en SOAP 1.2 : absent, il ne contredit rien."""
    wsa, http = message.adressage.action, message.action_http
    corps = str(message.contenu.tag) if message.contenu is not None else ""
    attendu = CORPS_PAR_ACTION.get(wsa, "")
    accord = attendu == corps if attendu else corps not in CORPS_PAR_ACTION.values()
    correct = bool(wsa) and http in ("", wsa) and accord
    return juger(
        ACTION, correct, "L'action HTTP, wsa:Action et le corps ne s'accordent pas.",
        attendu=f"une même action, corps {attendu or 'correspondant'}",
        recu=f"HTTP {http or '(absente)'}, wsa:Action {wsa or '(absente)'}, corps {corps}",
        ou="Content-Type, soap:Header/wsa:Action, soap:Body", echanges=numero,
    )  # fmt: skip


@verification(MESSAGE_ID_UNIQUE)
def message_ids_uniques(echanges: Sequence[Echange]) -> Constat:
    """Aucun MessageID ne sert deux fois dans la campagne."""
    vus: dict[str, int] = {}
    doublons: list[tuple[str, int, int]] = []
    for echange in echanges:
        message = message_ou_rien(echange) if echange.service == "dmp" and echange.requete.methode == "POST" else None
        identifiant = message.adressage.message_id.lower() if message else ""
        if not identifiant:
            continue
        if identifiant in vus:
            doublons.append((identifiant, vus[identifiant], echange.numero))
        vus.setdefault(identifiant, echange.numero)
    if not vus:
        return MESSAGE_ID_UNIQUE.sans_objet("aucun message avec MessageID observé")
    return juger(
        MESSAGE_ID_UNIQUE, not doublons, "Un MessageID a servi deux fois.", attendu="un MessageID neuf par message",
        recu=", ".join(f"{ident} (n° {a} et {b})" for ident, a, b in doublons) or f"{len(vus)} distincts",
        ou="soap:Header/wsa:MessageID", echanges=tuple(b for _, _, b in doublons) or tuple(vus.values()),
    )  # fmt: skip


@verification(MTOM, PARTIES)
def mtom(soumission: Soumission) -> list[Constat]:
    """L'alimentation est en MTOM, chaque fiche a son document, aucune partie n'est orpheline."""
    message = message_ou_rien(soumission.echange)
    absents = [document.fiche.id for document in soumission.documents if document.octets is None]
    ecarts = [f"document absent pour {identifiant}" for identifiant in absents]
    ecarts += [f"document sans fiche : {identifiant}" for identifiant in soumission.sans_fiche]
    ecarts += [f"document répété : {identifiant}" for identifiant in soumission.repetes]
    ecarts += [f"partie non désignée : {identifiant}" for identifiant in soumission.orphelines]
    return [
        juger(
            MTOM, message is not None and message.mtom is not None, "L'alimentation n'est pas en MTOM.",
            attendu="multipart/related; type=\"application/xop+xml\"",
            recu=soumission.echange.requete.entete("Content-Type") or "", ou="Content-Type",
            echanges=soumission.numeros,
        ),
        juger(
            PARTIES, bool(soumission.documents) and not ecarts,
            "Les documents et leurs fiches ne se correspondent pas.",
            attendu="un document par fiche, une fiche par document, toute partie désignée",
            recu=" ; ".join(ecarts) or f"{len(soumission.documents)} document(s)", ou="xdsb:Document et parties MIME",
            echanges=soumission.numeros,
        ),
    ]  # fmt: skip
