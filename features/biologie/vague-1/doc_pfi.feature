# language: fr
Fonctionnalité: Comptes rendus transmis à une plateforme d'intermédiation
  À l'hôpital, une plateforme transporte les comptes rendus vers le DMP et la messagerie : le laboratoire lui envoie des
  messages ORU, qui portent le document et disent ce qu'elle doit en faire.

  @DOC/va1.20.01
  Scénario: Les comptes rendus partent vers la plateforme en N1 puis en N3, sans restriction puis restreints
    # Le texte officiel demande au moins quatre messages : N1 puis N3, sans restriction puis INVISIBLE_PATIENT. On y ajoute
    # ce que l'exigence nomme aussi : masquage aux professionnels, représentants légaux d'un mineur, connexion secrète. Le
    # texte ne tranche pas si le N1 part par MSSanté : l'un et l'autre sont admis, le second reste à regarder.
    Étant donné un patient « Cyprien » dont le statut est « identité qualifiée »
    Et un patient mineur « Doriane » à l'INS qualifiée, dont le DMP est ouvert
    Quand l'administrateur fait transmettre les comptes rendus à la plateforme d'intermédiation en N1
    Et le professionnel valide ces comptes rendus, avec leurs destinataires
      | compte rendu | patient | masquage et visibilité             | connexion secrète | preuve           |
      | message 1    | Cyprien | visible de tous                    | non               | DOC/va1.20.01.01 |
      | message 2    | Cyprien | invisible au patient               | non               | DOC/va1.20.01.02 |
      | bilan N1     | Doriane | invisible aux représentants légaux | oui               |                  |
    Et l'administrateur fait transmettre les comptes rendus à la plateforme d'intermédiation en N3
    Et le professionnel valide ces comptes rendus, avec leurs destinataires
      | compte rendu | patient | masquage et visibilité                           | connexion secrète | preuve           |
      | message 4    | Cyprien | invisible au patient                             | non               | DOC/va1.20.01.04 |
      | message 3    | Cyprien | visible de tous                                  | non               | DOC/va1.20.01.03 |
      | bilan N3     | Doriane | invisible au patient et aux représentants légaux | non               |                  |
      | sérologie N3 | Cyprien | masqué aux professionnels                        | non               |                  |
    Alors chaque compte rendu est parti de lui-même dans un message qui porte son document
    Et chaque message dit les restrictions choisies, à qui le compte rendu est destiné, et à qui il ne l'est pas
    Et chaque message porte l'identité qualifiée de son patient et suit le volet de transmission d'un document
